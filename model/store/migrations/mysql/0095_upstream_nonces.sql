-- +goose Up
CREATE TABLE `upstream_nonces` (
    `nonce` VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `expires_at` BIGINT NOT NULL,
    PRIMARY KEY (`nonce`),
    KEY `upstream_nonces_expiry` (`expires_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `upstream_nonces`;
