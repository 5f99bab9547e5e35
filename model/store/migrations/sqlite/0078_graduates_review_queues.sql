-- +goose Up
CREATE INDEX `graduates_category_queue` ON `graduates` (`school_code`, `step`, `category`, `step_since`, `id`);
CREATE INDEX `graduates_unit_queue` ON `graduates` (`school_code`, `unit_code`, `unit`, `step`, `step_since`, `id`);

-- +goose Down
DROP INDEX `graduates_unit_queue`;
DROP INDEX `graduates_category_queue`;
