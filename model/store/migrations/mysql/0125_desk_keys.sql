-- +goose Up
CREATE TABLE `desk_keys` (
    `id` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `operator_id` BIGINT NOT NULL,
    `kinds` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `per_minute` BIGINT NOT NULL,
    `per_day` BIGINT NOT NULL,
    `secret` MEDIUMBLOB,
    `created_at` BIGINT NOT NULL,
    `revoked_at` BIGINT NOT NULL,
    `used_at` BIGINT NOT NULL,
    `posts` BIGINT NOT NULL,
    `asked` BIGINT NOT NULL,
    `found` BIGINT NOT NULL,
    `minute` BIGINT NOT NULL,
    `in_minute` BIGINT NOT NULL,
    `day` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `in_day` BIGINT NOT NULL,
    PRIMARY KEY (`id`),
    KEY `desk_keys_operator` (`operator_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `desk_keys`;
