-- +goose Up
ALTER TABLE `cohorts`
    ADD COLUMN `report_from` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD COLUMN `windows` VARCHAR(2000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE `cohorts` DROP COLUMN `report_from`, DROP COLUMN `windows`;
