-- +goose Up
CREATE TABLE `menu_drafts` (
    `id` BIGINT NOT NULL,
    `content` MEDIUMTEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `revision` INT NOT NULL,
    `base` BIGINT NOT NULL,
    `saved_at` BIGINT NOT NULL,
    `by_kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `by_id` BIGINT NOT NULL,
    `by_name` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `menu_drafts`;
