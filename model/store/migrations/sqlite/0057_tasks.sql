-- +goose Up
CREATE TABLE `tasks` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `kind` TEXT NOT NULL,
    `state` TEXT NOT NULL,
    `operator_id` INTEGER NOT NULL,
    `school_code` TEXT NOT NULL,
    `file_name` TEXT NOT NULL,
    `path` TEXT NOT NULL,
    `done` INTEGER NOT NULL,
    `total` INTEGER NOT NULL,
    `result` TEXT NOT NULL,
    `created_at` INTEGER NOT NULL,
    `finished_at` INTEGER NOT NULL,
    `lease_token` TEXT NOT NULL,
    `lease_until` INTEGER NOT NULL
);
CREATE INDEX `tasks_state` ON `tasks` (`state`, `id`);
CREATE INDEX `tasks_school` ON `tasks` (`school_code`, `id`);

-- +goose Down
DROP TABLE `tasks`;
