-- +goose Up
CREATE TABLE `desk_batches` (
    `id` INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    `batch` TEXT NOT NULL,
    `operator_id` INTEGER NOT NULL,
    `at` INTEGER NOT NULL,
    `way` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `asked` INTEGER NOT NULL,
    `found` INTEGER NOT NULL,
    `in_force` INTEGER NOT NULL,
    `request_id` TEXT NOT NULL
);
CREATE UNIQUE INDEX `desk_batches_batch` ON `desk_batches` (`batch`);
CREATE INDEX `desk_batches_operator` ON `desk_batches` (`operator_id`, `id`);

-- +goose Down
DROP TABLE `desk_batches`;
