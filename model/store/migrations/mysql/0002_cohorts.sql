-- +goose Up
CREATE TABLE `cohorts` (
    `code` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `deadline` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `leave_date` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `code_table` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (`code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `cohorts`;
