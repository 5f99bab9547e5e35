-- +goose Up
CREATE TABLE `operators` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `name` TEXT NOT NULL,
    `role` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `classes` TEXT NOT NULL,
    `password_hash` TEXT NOT NULL,
    `must_change` INTEGER NOT NULL,
    `disabled` INTEGER NOT NULL,
    `created_at` INTEGER NOT NULL
);
CREATE UNIQUE INDEX `operators_name` ON `operators` (`name`);

-- +goose Down
DROP TABLE `operators`;
