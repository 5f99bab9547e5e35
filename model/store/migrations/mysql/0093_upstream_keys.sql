-- +goose Up
CREATE TABLE `upstream_keys` (
    `id` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `platform` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `secret` MEDIUMBLOB,
    `created_at` BIGINT NOT NULL,
    `revoked_at` BIGINT NOT NULL,
    `received_at` BIGINT NOT NULL,
    `posts` BIGINT NOT NULL,
    `accepted` BIGINT NOT NULL,
    `unchanged` BIGINT NOT NULL,
    `conflicts` BIGINT NOT NULL,
    `refused` BIGINT NOT NULL,
    PRIMARY KEY (`id`),
    KEY `upstream_keys_school` (`school_code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `upstream_keys`;
