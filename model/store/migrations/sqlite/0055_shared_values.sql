-- +goose Up
CREATE TABLE `shared_values` (
    `name` TEXT NOT NULL,
    `uid` TEXT NOT NULL,
    `value` BLOB NOT NULL,
    `mac` TEXT NOT NULL,
    `expires_at` INTEGER NOT NULL,
    PRIMARY KEY (`name`)
);

-- +goose Down
DROP TABLE `shared_values`;
