-- +goose Up
CREATE TABLE `accounts` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `chsi_user` VARBINARY(600),
    `chsi_user_index` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `openid` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
    `created_at` BIGINT NOT NULL,
    `bound_at` BIGINT NOT NULL,
    `consent_at` BIGINT NOT NULL,
    `version` BIGINT NOT NULL,
    UNIQUE KEY `accounts_chsi_user` (`chsi_user_index`),
    UNIQUE KEY `accounts_openid` (`openid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `accounts`;
