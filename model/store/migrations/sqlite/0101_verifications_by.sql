-- +goose Up
ALTER TABLE `verifications` ADD COLUMN `operator_id` INTEGER NOT NULL DEFAULT 0;
ALTER TABLE `verifications` ADD COLUMN `department` TEXT NOT NULL DEFAULT '';
ALTER TABLE `verifications` ADD COLUMN `batch` TEXT NOT NULL DEFAULT '';
ALTER TABLE `verifications` ADD COLUMN `place` TEXT NOT NULL DEFAULT '';
ALTER TABLE `verifications` ADD COLUMN `told` INTEGER NOT NULL DEFAULT 1;
CREATE INDEX `verifications_operator` ON `verifications` (`operator_id`, `id`);
CREATE INDEX `verifications_told` ON `verifications` (`told`, `id`);

-- +goose Down
DROP INDEX `verifications_told`;
DROP INDEX `verifications_operator`;
ALTER TABLE `verifications` DROP COLUMN `told`;
ALTER TABLE `verifications` DROP COLUMN `place`;
ALTER TABLE `verifications` DROP COLUMN `batch`;
ALTER TABLE `verifications` DROP COLUMN `department`;
ALTER TABLE `verifications` DROP COLUMN `operator_id`;
