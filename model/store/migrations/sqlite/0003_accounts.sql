-- +goose Up
CREATE TABLE `accounts` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `uid` TEXT NOT NULL,
    `chsi_user` BLOB,
    `chsi_user_index` TEXT NOT NULL,
    `openid` TEXT,
    `created_at` INTEGER NOT NULL,
    `bound_at` INTEGER NOT NULL,
    `consent_at` INTEGER NOT NULL,
    `version` INTEGER NOT NULL
);
CREATE UNIQUE INDEX `accounts_chsi_user` ON `accounts` (`chsi_user_index`);
CREATE UNIQUE INDEX `accounts_openid` ON `accounts` (`openid`);

-- +goose Down
DROP TABLE `accounts`;
