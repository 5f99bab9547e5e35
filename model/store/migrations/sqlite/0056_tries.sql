-- +goose Up
CREATE TABLE `tries` (
    `name` TEXT NOT NULL,
    `count` INTEGER NOT NULL,
    `first_at` INTEGER NOT NULL,
    `last_at` INTEGER NOT NULL,
    `expires_at` INTEGER NOT NULL,
    PRIMARY KEY (`name`)
);
CREATE INDEX `tries_expires` ON `tries` (`expires_at`);

-- +goose Down
DROP TABLE `tries`;
