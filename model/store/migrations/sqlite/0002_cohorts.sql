-- +goose Up
CREATE TABLE `cohorts` (
    `code` TEXT NOT NULL,
    `deadline` TEXT NOT NULL,
    `leave_date` TEXT NOT NULL,
    `code_table` TEXT NOT NULL,
    PRIMARY KEY (`code`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `cohorts`;
