-- +goose Up
ALTER TABLE `unit_uses` ADD KEY `unit_uses_name` (`school_code`, `cohort_code`, `unit`);

-- +goose Down
ALTER TABLE `unit_uses` DROP KEY `unit_uses_name`;
