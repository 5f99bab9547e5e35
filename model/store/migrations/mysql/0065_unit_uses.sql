-- +goose Up
CREATE TABLE `unit_uses` (
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `cohort_code` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `unit_code` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `unit` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `graduates` BIGINT NOT NULL,
    PRIMARY KEY (`school_code`, `cohort_code`, `unit_code`, `unit`),
    KEY `unit_uses_unit` (`unit`, `unit_code`),
    KEY `unit_uses_code` (`unit_code`, `unit`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `unit_uses`;
