-- +goose Up
CREATE TABLE `chat_answers` (
    `word` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `title` TEXT NOT NULL,
    `content` TEXT NOT NULL,
    `url` TEXT NOT NULL,
    `picture` TEXT NOT NULL,
    `action` TEXT NOT NULL,
    `shadows` INTEGER NOT NULL,
    `saved_at` INTEGER NOT NULL,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL,
    PRIMARY KEY (`word`)
);

-- +goose Down
DROP TABLE `chat_answers`;
