-- +goose Up
CREATE TABLE `deliveries` (
    `msgid` BIGINT NOT NULL,
    `message_id` BIGINT NOT NULL,
    `openid` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `status` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `received_at` BIGINT NOT NULL,
    PRIMARY KEY (`msgid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `deliveries`;
