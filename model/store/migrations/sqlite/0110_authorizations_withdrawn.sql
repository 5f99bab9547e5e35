-- +goose Up
ALTER TABLE `authorizations` ADD COLUMN `withdrawn` INTEGER NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE `authorizations` DROP COLUMN `withdrawn`;
