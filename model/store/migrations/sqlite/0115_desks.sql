-- +goose Up
CREATE TABLE `desks` (
    `operator_id` INTEGER NOT NULL,
    `uid` TEXT NOT NULL,
    `department` TEXT NOT NULL,
    `kinds` TEXT NOT NULL,
    `purpose` TEXT NOT NULL,
    `contact` BLOB,
    `document` TEXT NOT NULL,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL,
    `vetted_at` INTEGER NOT NULL,
    `valid_until` TEXT NOT NULL,
    `rows_per_day` INTEGER NOT NULL,
    PRIMARY KEY (`operator_id`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `desks`;
