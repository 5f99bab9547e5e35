-- +goose Up
CREATE TABLE `desk_keys` (
    `id` TEXT NOT NULL,
    `uid` TEXT NOT NULL,
    `operator_id` INTEGER NOT NULL,
    `kinds` TEXT NOT NULL,
    `per_minute` INTEGER NOT NULL,
    `per_day` INTEGER NOT NULL,
    `secret` BLOB,
    `created_at` INTEGER NOT NULL,
    `revoked_at` INTEGER NOT NULL,
    `used_at` INTEGER NOT NULL,
    `posts` INTEGER NOT NULL,
    `asked` INTEGER NOT NULL,
    `found` INTEGER NOT NULL,
    `minute` INTEGER NOT NULL,
    `in_minute` INTEGER NOT NULL,
    `day` TEXT NOT NULL,
    `in_day` INTEGER NOT NULL,
    PRIMARY KEY (`id`)
) WITHOUT ROWID;
CREATE INDEX `desk_keys_operator` ON `desk_keys` (`operator_id`);

-- +goose Down
DROP TABLE `desk_keys`;
