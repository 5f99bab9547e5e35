-- +goose Up
CREATE TABLE `followers` (
    `openid` TEXT NOT NULL,
    `subscribed` INTEGER NOT NULL,
    `last_event_at` INTEGER NOT NULL,
    `scene` TEXT NOT NULL,
    PRIMARY KEY (`openid`)
);

-- +goose Down
DROP TABLE `followers`;
