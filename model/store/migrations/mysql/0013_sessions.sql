-- +goose Up
CREATE TABLE `sessions` (
    `token_hash` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `account_id` BIGINT NOT NULL,
    `graduate_id` BIGINT NOT NULL,
    `openid` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `operator_id` BIGINT NOT NULL,
    `created_at` BIGINT NOT NULL,
    `expires_at` BIGINT NOT NULL,
    `ticket_hash` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    PRIMARY KEY (`token_hash`),
    KEY `sessions_account` (`account_id`),
    KEY `sessions_operator` (`operator_id`),
    KEY `sessions_ticket` (`ticket_hash`),
    KEY `sessions_expiry` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `sessions`;
