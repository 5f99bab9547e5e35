-- +goose Up
ALTER TABLE `tasks` ADD COLUMN `stage` TEXT NOT NULL DEFAULT 'apply';

-- +goose Down
ALTER TABLE `tasks` DROP COLUMN `stage`;
