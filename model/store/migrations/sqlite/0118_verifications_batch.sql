-- +goose Up
DROP INDEX `verifications_operator`;
CREATE INDEX `verifications_operator` ON `verifications` (`operator_id`, `batch`, `id`) WHERE `operator_id` > 0;

-- +goose Down
DROP INDEX `verifications_operator`;
CREATE INDEX `verifications_operator` ON `verifications` (`operator_id`, `id`);
