-- +goose Up
CREATE TABLE `shared_values` (
    `name` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `value` BLOB NOT NULL,
    `mac` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `expires_at` BIGINT NOT NULL,
    PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `shared_values`;
