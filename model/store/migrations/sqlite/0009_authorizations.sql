-- +goose Up
CREATE TABLE `authorizations` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `graduate_id` INTEGER NOT NULL,
    `serial` INTEGER NOT NULL,
    `number` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `revision` INTEGER NOT NULL,
    `for_whom` TEXT NOT NULL,
    `valid_until` TEXT NOT NULL,
    `created_at` INTEGER NOT NULL,
    `revoked_at` INTEGER NOT NULL
);
CREATE UNIQUE INDEX `authorizations_number` ON `authorizations` (`number`);
CREATE UNIQUE INDEX `authorizations_graduate` ON `authorizations` (`graduate_id`, `serial`);

-- +goose Down
DROP TABLE `authorizations`;
