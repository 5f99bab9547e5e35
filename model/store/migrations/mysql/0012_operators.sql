-- +goose Up
CREATE TABLE `operators` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `name` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `role` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `college` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `classes` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `password_hash` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `must_change` SMALLINT NOT NULL,
    `disabled` SMALLINT NOT NULL,
    `created_at` BIGINT NOT NULL,
    UNIQUE KEY `operators_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `operators`;
