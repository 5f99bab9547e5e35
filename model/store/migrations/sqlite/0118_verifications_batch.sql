-- +goose Up
DROP INDEX `verifications_operator`;
CREATE INDEX `verifications_operator` ON `verifications` (`operator_id`, `batch`, `id`);

-- +goose Down
DROP INDEX `verifications_operator`;
CREATE INDEX `verifications_operator` ON `verifications` (`operator_id`, `id`);
