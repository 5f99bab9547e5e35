-- +goose Up
CREATE TABLE `menus` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `items` TEXT NOT NULL,
    `published_at` INTEGER NOT NULL,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL
);

-- +goose Down
DROP TABLE `menus`;
