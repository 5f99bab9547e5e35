-- +goose Up
ALTER TABLE `destination_counts` ADD KEY `destination_counts_class` (`cohort_code`, `school_code`, `college`, `class`);

-- +goose Down
ALTER TABLE `destination_counts` DROP KEY `destination_counts_class`;
