-- +goose Up
ALTER TABLE `graduates` ADD COLUMN `conflicts` INT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE `graduates` DROP COLUMN `conflicts`;
