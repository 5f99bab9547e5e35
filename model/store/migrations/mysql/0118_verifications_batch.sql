-- +goose Up
ALTER TABLE `verifications`
    DROP KEY `verifications_operator`,
    ADD KEY `verifications_operator` (`operator_id`, `batch`, `id`);

-- +goose Down
ALTER TABLE `verifications`
    DROP KEY `verifications_operator`,
    ADD KEY `verifications_operator` (`operator_id`, `id`);
