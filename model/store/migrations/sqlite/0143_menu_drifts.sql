-- +goose Up
CREATE TABLE `menu_drifts` (
    `id` INTEGER NOT NULL PRIMARY KEY,
    `checked_at` INTEGER NOT NULL,
    `digest` TEXT NOT NULL,
    `changes` TEXT NOT NULL
);

-- +goose Down
DROP TABLE `menu_drifts`;
