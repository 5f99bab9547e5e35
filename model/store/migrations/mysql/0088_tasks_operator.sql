-- +goose Up
CREATE INDEX `tasks_operator` ON `tasks` (`operator_id`, `id`);

-- +goose Down
DROP INDEX `tasks_operator` ON `tasks`;
