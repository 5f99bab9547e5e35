-- +goose Up
ALTER TABLE `tasks` ADD COLUMN `stage` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'apply';

-- +goose Down
ALTER TABLE `tasks` DROP COLUMN `stage`;
