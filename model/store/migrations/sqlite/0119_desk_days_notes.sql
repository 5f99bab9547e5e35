-- +goose Up
ALTER TABLE `desk_days` ADD COLUMN `notes` INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE `desk_days` DROP COLUMN `notes`;
