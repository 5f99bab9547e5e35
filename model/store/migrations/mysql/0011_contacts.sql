-- +goose Up
CREATE TABLE `contacts` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `role` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `college` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `class` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `phone` VARBINARY(255),
    KEY `contacts_school` (`school_code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `contacts`;
