-- +goose Up
CREATE TABLE `audits` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `at` INTEGER NOT NULL,
    `actor_kind` TEXT NOT NULL,
    `actor_id` INTEGER NOT NULL,
    `actor_name` TEXT NOT NULL,
    `action` TEXT NOT NULL,
    `graduate_id` INTEGER NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `detail` TEXT NOT NULL,
    `request_id` TEXT NOT NULL
);
CREATE INDEX `audits_graduate` ON `audits` (`graduate_id`, `id`);
CREATE INDEX `audits_school` ON `audits` (`school_code`, `id`);

-- +goose Down
DROP TABLE `audits`;
