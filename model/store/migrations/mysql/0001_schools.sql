-- +goose Up
CREATE TABLE `schools` (
    `code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `origin` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `platform_name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `platform_url` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `schools`;
