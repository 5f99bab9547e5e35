-- +goose Up
INSERT INTO `unit_uses` (`school_code`, `cohort_code`, `unit_code`, `unit`, `graduates`)
    SELECT `school_code`, `cohort_code`, '', `unit`, COUNT(*) FROM `graduates` WHERE `unit` <> ''
    GROUP BY `school_code`, `cohort_code`, `unit`;

-- +goose Down
DELETE FROM `unit_uses`;
