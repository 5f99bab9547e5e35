-- +goose Up
ALTER TABLE `graduates` ADD COLUMN `conflicts` INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE `graduates` DROP COLUMN `conflicts`;
