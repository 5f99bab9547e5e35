-- +goose Up
CREATE TABLE `upstream_keys` (
    `id` TEXT NOT NULL,
    `uid` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `platform` TEXT NOT NULL,
    `secret` BLOB,
    `created_at` INTEGER NOT NULL,
    `revoked_at` INTEGER NOT NULL,
    `received_at` INTEGER NOT NULL,
    `posts` INTEGER NOT NULL,
    `accepted` INTEGER NOT NULL,
    `unchanged` INTEGER NOT NULL,
    `conflicts` INTEGER NOT NULL,
    `refused` INTEGER NOT NULL,
    PRIMARY KEY (`id`)
) WITHOUT ROWID;
CREATE INDEX `upstream_keys_school` ON `upstream_keys` (`school_code`);

-- +goose Down
DROP TABLE `upstream_keys`;
