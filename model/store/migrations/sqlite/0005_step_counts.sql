-- +goose Up
CREATE TABLE `step_counts` (
    `cohort_code` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `class` TEXT NOT NULL,
    `step` TEXT NOT NULL,
    `graduates` INTEGER NOT NULL,
    PRIMARY KEY (`cohort_code`, `school_code`, `college`, `class`, `step`)
) WITHOUT ROWID;
CREATE INDEX `step_counts_school` ON `step_counts` (`school_code`, `college`, `class`);

-- +goose Down
DROP TABLE `step_counts`;
