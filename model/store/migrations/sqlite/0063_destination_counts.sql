-- +goose Up
CREATE TABLE `destination_counts` (
    `cohort_code` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `major` TEXT NOT NULL,
    `class` TEXT NOT NULL,
    `settled` TEXT NOT NULL,
    `graduates` INTEGER NOT NULL,
    PRIMARY KEY (`cohort_code`, `school_code`, `college`, `major`, `class`, `settled`)
) WITHOUT ROWID;
CREATE INDEX `destination_counts_school` ON `destination_counts` (`school_code`, `cohort_code`, `college`);

-- +goose Down
DROP TABLE `destination_counts`;
