-- +goose Up
CREATE TABLE `upstream_nonces` (
    `nonce` TEXT NOT NULL,
    `expires_at` INTEGER NOT NULL,
    PRIMARY KEY (`nonce`)
) WITHOUT ROWID;
CREATE INDEX `upstream_nonces_expiry` ON `upstream_nonces` (`expires_at`);

-- +goose Down
DROP TABLE `upstream_nonces`;
