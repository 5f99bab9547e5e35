-- +goose Up
CREATE TABLE `tries` (
    `name` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `count` INT NOT NULL,
    `first_at` BIGINT NOT NULL,
    `last_at` BIGINT NOT NULL,
    `expires_at` BIGINT NOT NULL,
    PRIMARY KEY (`name`),
    KEY `tries_expires` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `tries`;
