-- +goose Up
ALTER TABLE `graduates` ADD COLUMN `requests` INTEGER NOT NULL DEFAULT 0;
ALTER TABLE `graduates` ADD COLUMN `disputed` INTEGER NOT NULL DEFAULT 0;
ALTER TABLE `graduates` ADD COLUMN `settled` TEXT NOT NULL DEFAULT '';
ALTER TABLE `graduates` ADD COLUMN `unit_code` TEXT NOT NULL DEFAULT '';
CREATE INDEX `graduates_settled` ON `graduates` (`school_code`, `cohort_code`, `settled`, `id`);
CREATE INDEX `graduates_college_settled` ON `graduates` (`school_code`, `college`, `settled`, `id`);
CREATE INDEX `graduates_class` ON `graduates` (`school_code`, `college`, `class`, `id`);

-- +goose Down
DROP INDEX `graduates_class`;
DROP INDEX `graduates_college_settled`;
DROP INDEX `graduates_settled`;
ALTER TABLE `graduates` DROP COLUMN `unit_code`;
ALTER TABLE `graduates` DROP COLUMN `settled`;
ALTER TABLE `graduates` DROP COLUMN `disputed`;
ALTER TABLE `graduates` DROP COLUMN `requests`;
