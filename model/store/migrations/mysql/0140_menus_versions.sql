-- +goose Up
ALTER TABLE `menus`
    CHANGE COLUMN `items` `content` MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    CHANGE COLUMN `published_at` `done_at` BIGINT NOT NULL,
    ADD COLUMN `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'published',
    ADD COLUMN `note` VARCHAR(200) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    ADD COLUMN `saved_at` BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN `due_at` BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN `claimed_at` BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN `steps` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    ADD COLUMN `live` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD KEY `menus_state` (`state`, `due_at`, `id`);

-- +goose Down
ALTER TABLE `menus`
    DROP KEY `menus_state`,
    DROP COLUMN `live`,
    DROP COLUMN `steps`,
    DROP COLUMN `claimed_at`,
    DROP COLUMN `due_at`,
    DROP COLUMN `saved_at`,
    DROP COLUMN `note`,
    DROP COLUMN `state`,
    CHANGE COLUMN `done_at` `published_at` BIGINT NOT NULL,
    CHANGE COLUMN `content` `items` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL;
