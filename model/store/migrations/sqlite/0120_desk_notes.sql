-- +goose Up
CREATE TABLE `desk_notes` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `uid` TEXT NOT NULL,
    `operator_id` INTEGER NOT NULL,
    `department` TEXT NOT NULL,
    `verification_id` INTEGER NOT NULL,
    `form_id` INTEGER NOT NULL,
    `graduate_id` INTEGER NOT NULL,
    `kind` TEXT NOT NULL,
    `item` TEXT NOT NULL,
    `content` BLOB,
    `at` INTEGER NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `state` TEXT NOT NULL,
    `answer` BLOB,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL,
    `answered_at` INTEGER NOT NULL
);
CREATE INDEX `desk_notes_operator` ON `desk_notes` (`operator_id`, `id`);
CREATE INDEX `desk_notes_graduate` ON `desk_notes` (`graduate_id`, `id`);
CREATE INDEX `desk_notes_state` ON `desk_notes` (`state`, `id`);
CREATE INDEX `desk_notes_school` ON `desk_notes` (`school_code`, `state`, `id`);

-- +goose Down
DROP TABLE `desk_notes`;
