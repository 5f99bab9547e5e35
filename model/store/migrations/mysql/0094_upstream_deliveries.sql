-- +goose Up
CREATE TABLE `upstream_deliveries` (
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `source` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `name` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `digest` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `lease_token` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `lease_until` BIGINT NOT NULL,
    `answer` MEDIUMBLOB,
    `created_at` BIGINT NOT NULL,
    `finished_at` BIGINT NOT NULL,
    `expires_at` BIGINT NOT NULL,
    PRIMARY KEY (`uid`),
    UNIQUE KEY `upstream_deliveries_name` (`source`, `name`),
    KEY `upstream_deliveries_expiry` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `upstream_deliveries`;
