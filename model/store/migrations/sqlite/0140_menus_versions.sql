-- +goose Up
ALTER TABLE `menus` RENAME COLUMN `items` TO `content`;
ALTER TABLE `menus` RENAME COLUMN `published_at` TO `done_at`;
ALTER TABLE `menus` ADD COLUMN `state` TEXT NOT NULL DEFAULT 'published';
ALTER TABLE `menus` ADD COLUMN `note` TEXT NOT NULL DEFAULT '';
ALTER TABLE `menus` ADD COLUMN `saved_at` INTEGER NOT NULL DEFAULT 0;
ALTER TABLE `menus` ADD COLUMN `due_at` INTEGER NOT NULL DEFAULT 0;
ALTER TABLE `menus` ADD COLUMN `claimed_at` INTEGER NOT NULL DEFAULT 0;
ALTER TABLE `menus` ADD COLUMN `steps` TEXT NOT NULL DEFAULT '';
ALTER TABLE `menus` ADD COLUMN `live` TEXT NOT NULL DEFAULT '';
CREATE INDEX `menus_state` ON `menus` (`state`, `due_at`, `id`);

-- +goose Down
DROP INDEX `menus_state`;
ALTER TABLE `menus` DROP COLUMN `live`;
ALTER TABLE `menus` DROP COLUMN `steps`;
ALTER TABLE `menus` DROP COLUMN `claimed_at`;
ALTER TABLE `menus` DROP COLUMN `due_at`;
ALTER TABLE `menus` DROP COLUMN `saved_at`;
ALTER TABLE `menus` DROP COLUMN `note`;
ALTER TABLE `menus` DROP COLUMN `state`;
ALTER TABLE `menus` RENAME COLUMN `done_at` TO `published_at`;
ALTER TABLE `menus` RENAME COLUMN `content` TO `items`;
