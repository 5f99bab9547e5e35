-- +goose Up
CREATE TABLE `area_counts` (
    `cohort_code` TEXT NOT NULL,
    `level` TEXT NOT NULL,
    `subject` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `value` TEXT NOT NULL,
    `day` TEXT NOT NULL,
    `graduates` INTEGER NOT NULL,
    PRIMARY KEY (`cohort_code`, `level`, `subject`, `school_code`, `college`, `value`, `day`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `area_counts`;
