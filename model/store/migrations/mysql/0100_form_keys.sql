-- +goose Up
CREATE TABLE `form_keys` (
    `id` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `public` VARBINARY(64) NOT NULL,
    `seed` MEDIUMBLOB,
    `not_before` BIGINT NOT NULL,
    `retired_at` BIGINT NOT NULL,
    `revoked_at` BIGINT NOT NULL,
    PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `form_keys`;
