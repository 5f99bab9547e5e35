-- +goose Up
ALTER TABLE `verifications`
    ADD COLUMN `operator_id` BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN `department` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    ADD COLUMN `batch` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD COLUMN `place` VARCHAR(80) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
    ADD COLUMN `told` SMALLINT NOT NULL DEFAULT 1,
    ADD KEY `verifications_operator` (`operator_id`, `id`),
    ADD KEY `verifications_told` (`told`, `id`);

-- +goose Down
ALTER TABLE `verifications`
    DROP KEY `verifications_told`,
    DROP KEY `verifications_operator`,
    DROP COLUMN `told`,
    DROP COLUMN `place`,
    DROP COLUMN `batch`,
    DROP COLUMN `department`,
    DROP COLUMN `operator_id`;
