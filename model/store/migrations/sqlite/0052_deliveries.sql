-- +goose Up
CREATE TABLE `deliveries` (
    `msgid` BIGINT NOT NULL,
    `message_id` INTEGER NOT NULL,
    `openid` TEXT NOT NULL,
    `status` TEXT NOT NULL,
    `received_at` INTEGER NOT NULL,
    PRIMARY KEY (`msgid`)
);

-- +goose Down
DROP TABLE `deliveries`;
