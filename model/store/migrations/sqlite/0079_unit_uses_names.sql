-- +goose Up
CREATE INDEX `unit_uses_name` ON `unit_uses` (`school_code`, `cohort_code`, `unit`);

-- +goose Down
DROP INDEX `unit_uses_name`;
