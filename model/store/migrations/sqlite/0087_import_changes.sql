-- +goose Up
CREATE TABLE `import_changes` (
    `task_id` INTEGER NOT NULL,
    `graduate_id` INTEGER NOT NULL,
    `kind` TEXT NOT NULL,
    `version` INTEGER NOT NULL,
    `changed_at` INTEGER NOT NULL,
    `uid` TEXT NOT NULL,
    `before` BLOB,
    PRIMARY KEY (`task_id`, `graduate_id`)
) WITHOUT ROWID;
CREATE INDEX `import_changes_age` ON `import_changes` (`changed_at`);

-- +goose Down
DROP TABLE `import_changes`;
