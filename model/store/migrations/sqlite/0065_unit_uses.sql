-- +goose Up
CREATE TABLE `unit_uses` (
    `school_code` TEXT NOT NULL,
    `cohort_code` TEXT NOT NULL,
    `unit_code` TEXT NOT NULL,
    `unit` TEXT NOT NULL,
    `graduates` INTEGER NOT NULL,
    PRIMARY KEY (`school_code`, `cohort_code`, `unit_code`, `unit`)
) WITHOUT ROWID;
CREATE INDEX `unit_uses_unit` ON `unit_uses` (`unit`, `unit_code`);
CREATE INDEX `unit_uses_code` ON `unit_uses` (`unit_code`, `unit`);

-- +goose Down
DROP TABLE `unit_uses`;
