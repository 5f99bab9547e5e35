-- +goose Up
CREATE TABLE `area_counts` (
    `cohort_code` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `level` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `subject` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `college` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `value` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `day` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `graduates` BIGINT NOT NULL,
    PRIMARY KEY (`cohort_code`, `level`, `subject`, `school_code`, `college`, `value`, `day`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `area_counts`;
