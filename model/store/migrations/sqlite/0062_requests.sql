-- +goose Up
CREATE TABLE `requests` (
    `graduate_id` INTEGER NOT NULL,
    `number` INTEGER NOT NULL,
    `uid` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `revision` INTEGER NOT NULL,
    `item` TEXT NOT NULL,
    `content` BLOB,
    `state` TEXT NOT NULL,
    `since` INTEGER NOT NULL,
    `asked_at` INTEGER NOT NULL,
    `cohort_code` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `class` TEXT NOT NULL,
    PRIMARY KEY (`graduate_id`, `number`)
) WITHOUT ROWID;
CREATE INDEX `requests_queue` ON `requests` (`kind`, `state`, `since`, `graduate_id`);
CREATE INDEX `requests_school_queue` ON `requests` (`school_code`, `kind`, `state`, `since`, `graduate_id`);
CREATE INDEX `requests_college_queue` ON `requests` (`school_code`, `college`, `kind`, `state`, `since`, `graduate_id`);

-- +goose Down
DROP TABLE `requests`;
