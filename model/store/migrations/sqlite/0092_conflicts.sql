-- +goose Up
CREATE TABLE `conflicts` (
    `graduate_id` INTEGER NOT NULL,
    `number` INTEGER NOT NULL,
    `uid` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `revision` INTEGER NOT NULL,
    `content` BLOB,
    `source` TEXT NOT NULL,
    `reported_at` INTEGER NOT NULL,
    `received_at` INTEGER NOT NULL,
    `state` TEXT NOT NULL,
    `settled_at` INTEGER NOT NULL,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL,
    `cohort_code` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `class` TEXT NOT NULL,
    PRIMARY KEY (`graduate_id`, `number`)
) WITHOUT ROWID;
CREATE INDEX `conflicts_queue` ON `conflicts` (`state`, `received_at`, `graduate_id`);
CREATE INDEX `conflicts_school_queue` ON `conflicts` (`school_code`, `state`, `received_at`, `graduate_id`);

-- +goose Down
DROP TABLE `conflicts`;
