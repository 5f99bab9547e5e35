-- +goose Up
ALTER TABLE `cohorts` ADD COLUMN `report_from` TEXT NOT NULL DEFAULT '';
ALTER TABLE `cohorts` ADD COLUMN `windows` TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE `cohorts` DROP COLUMN `windows`;
ALTER TABLE `cohorts` DROP COLUMN `report_from`;
