-- +goose Up
CREATE TABLE `templates` (
    `kind` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `template_id` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `fields` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `stopped` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`kind`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `templates`;
