-- +goose Up
CREATE INDEX `destination_counts_class` ON `destination_counts` (`cohort_code`, `school_code`, `college`, `class`);

-- +goose Down
DROP INDEX `destination_counts_class`;
