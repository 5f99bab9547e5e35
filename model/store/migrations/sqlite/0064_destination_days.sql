-- +goose Up
CREATE TABLE `destination_days` (
    `cohort_code` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `settled` TEXT NOT NULL,
    `day` TEXT NOT NULL,
    `graduates` INTEGER NOT NULL,
    PRIMARY KEY (`cohort_code`, `school_code`, `college`, `settled`, `day`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `destination_days`;
