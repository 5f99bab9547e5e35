-- +goose Up
CREATE TABLE `flows` (
    `state_hash` TEXT NOT NULL,
    `browser` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `next` TEXT NOT NULL,
    `openid` TEXT NOT NULL,
    `account_id` INTEGER NOT NULL,
    `created_at` INTEGER NOT NULL,
    `expires_at` INTEGER NOT NULL,
    `claimed_at` INTEGER NOT NULL,
    `result` TEXT NOT NULL,
    PRIMARY KEY (`state_hash`)
) WITHOUT ROWID;
CREATE INDEX `flows_expiry` ON `flows` (`expires_at`);

-- +goose Down
DROP TABLE `flows`;
