-- +goose Up
CREATE TABLE `job_runs` (
    `name` TEXT NOT NULL,
    `last_due` INTEGER NOT NULL,
    `started_at` INTEGER NOT NULL,
    `finished_at` INTEGER NOT NULL,
    `outcome` TEXT NOT NULL,
    `lease_until` INTEGER NOT NULL,
    PRIMARY KEY (`name`)
);

-- +goose Down
DROP TABLE `job_runs`;
