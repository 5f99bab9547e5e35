-- +goose Up
CREATE TABLE `verifications` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `authorization_id` INTEGER NOT NULL,
    `graduate_id` INTEGER NOT NULL,
    `kind` TEXT NOT NULL,
    `at` INTEGER NOT NULL,
    `way` TEXT NOT NULL,
    `network` TEXT NOT NULL,
    `request_id` TEXT NOT NULL,
    `own` INTEGER NOT NULL
);
CREATE INDEX `verifications_graduate` ON `verifications` (`graduate_id`, `id`);

-- +goose Down
DROP TABLE `verifications`;
