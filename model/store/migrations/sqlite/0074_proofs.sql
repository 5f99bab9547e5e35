-- +goose Up
CREATE TABLE `proofs` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `uid` TEXT NOT NULL,
    `graduate_id` INTEGER NOT NULL,
    `request` INTEGER NOT NULL,
    `from_revision` INTEGER NOT NULL,
    `until_revision` INTEGER NOT NULL,
    `state` TEXT NOT NULL,
    `at` INTEGER NOT NULL,
    `type` TEXT NOT NULL,
    `size` INTEGER NOT NULL,
    `name` BLOB,
    `digest` TEXT NOT NULL
);
CREATE INDEX `proofs_graduate` ON `proofs` (`graduate_id`, `id`);
CREATE INDEX `proofs_state` ON `proofs` (`state`, `at`);

-- +goose Down
DROP TABLE `proofs`;
