-- +goose Up
CREATE TABLE `menus` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `items` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `published_at` BIGINT NOT NULL,
    `by_kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `by_id` BIGINT NOT NULL,
    `by_name` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `menus`;
