-- +goose Up
CREATE TABLE `sessions` (
    `token_hash` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `account_id` INTEGER NOT NULL,
    `graduate_id` INTEGER NOT NULL,
    `openid` TEXT NOT NULL,
    `operator_id` INTEGER NOT NULL,
    `created_at` INTEGER NOT NULL,
    `expires_at` INTEGER NOT NULL,
    `ticket_hash` TEXT NOT NULL,
    PRIMARY KEY (`token_hash`)
) WITHOUT ROWID;
CREATE INDEX `sessions_account` ON `sessions` (`account_id`);
CREATE INDEX `sessions_operator` ON `sessions` (`operator_id`);
CREATE INDEX `sessions_ticket` ON `sessions` (`ticket_hash`);
CREATE INDEX `sessions_expiry` ON `sessions` (`expires_at`);

-- +goose Down
DROP TABLE `sessions`;
