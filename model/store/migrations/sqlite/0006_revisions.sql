-- +goose Up
CREATE TABLE `revisions` (
    `graduate_id` INTEGER NOT NULL,
    `number` INTEGER NOT NULL,
    `uid` TEXT NOT NULL,
    `content` BLOB,
    `origin` TEXT NOT NULL,
    `reported_at` INTEGER NOT NULL,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL,
    PRIMARY KEY (`graduate_id`, `number`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `revisions`;
