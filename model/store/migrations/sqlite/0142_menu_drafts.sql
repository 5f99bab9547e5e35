-- +goose Up
CREATE TABLE `menu_drafts` (
    `id` INTEGER NOT NULL PRIMARY KEY,
    `content` TEXT NOT NULL,
    `revision` INTEGER NOT NULL,
    `base` INTEGER NOT NULL,
    `saved_at` INTEGER NOT NULL,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL
);

-- +goose Down
DROP TABLE `menu_drafts`;
