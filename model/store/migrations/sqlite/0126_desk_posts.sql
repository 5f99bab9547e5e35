-- +goose Up
CREATE TABLE `desk_posts` (
    `uid` TEXT NOT NULL,
    `key_id` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `answer` BLOB,
    `created_at` INTEGER NOT NULL,
    `expires_at` INTEGER NOT NULL,
    PRIMARY KEY (`uid`)
) WITHOUT ROWID;
CREATE UNIQUE INDEX `desk_posts_name` ON `desk_posts` (`key_id`, `name`);
CREATE INDEX `desk_posts_expiry` ON `desk_posts` (`expires_at`);

-- +goose Down
DROP TABLE `desk_posts`;
