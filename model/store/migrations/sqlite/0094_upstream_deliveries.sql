-- +goose Up
CREATE TABLE `upstream_deliveries` (
    `uid` TEXT NOT NULL,
    `source` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `digest` TEXT NOT NULL,
    `state` TEXT NOT NULL,
    `lease_token` TEXT NOT NULL,
    `lease_until` INTEGER NOT NULL,
    `answer` BLOB,
    `created_at` INTEGER NOT NULL,
    `finished_at` INTEGER NOT NULL,
    `expires_at` INTEGER NOT NULL,
    PRIMARY KEY (`uid`)
) WITHOUT ROWID;
CREATE UNIQUE INDEX `upstream_deliveries_name` ON `upstream_deliveries` (`source`, `name`);
CREATE INDEX `upstream_deliveries_expiry` ON `upstream_deliveries` (`expires_at`);

-- +goose Down
DROP TABLE `upstream_deliveries`;
