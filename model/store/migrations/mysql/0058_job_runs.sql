-- +goose Up
CREATE TABLE `job_runs` (
    `name` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `last_due` BIGINT NOT NULL,
    `started_at` BIGINT NOT NULL,
    `finished_at` BIGINT NOT NULL,
    `outcome` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `lease_until` BIGINT NOT NULL,
    PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `job_runs`;
