-- +goose Up
CREATE TABLE `proofs` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `graduate_id` BIGINT NOT NULL,
    `request` INT NOT NULL,
    `from_revision` INT NOT NULL,
    `until_revision` INT NOT NULL,
    `state` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `at` BIGINT NOT NULL,
    `type` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `size` INT NOT NULL,
    `name` VARBINARY(512),
    `digest` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    KEY `proofs_graduate` (`graduate_id`, `id`),
    KEY `proofs_state` (`state`, `at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `proofs`;
