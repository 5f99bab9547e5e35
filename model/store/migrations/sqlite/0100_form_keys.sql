-- +goose Up
CREATE TABLE `form_keys` (
    `id` TEXT NOT NULL,
    `uid` TEXT NOT NULL,
    `public` BLOB NOT NULL,
    `seed` BLOB,
    `not_before` INTEGER NOT NULL,
    `retired_at` INTEGER NOT NULL,
    `revoked_at` INTEGER NOT NULL,
    PRIMARY KEY (`id`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `form_keys`;
