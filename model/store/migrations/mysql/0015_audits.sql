-- +goose Up
CREATE TABLE `audits` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `at` BIGINT NOT NULL,
    `actor_kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `actor_id` BIGINT NOT NULL,
    `actor_name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `action` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `graduate_id` BIGINT NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `college` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `detail` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `request_id` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    KEY `audits_graduate` (`graduate_id`, `id`),
    KEY `audits_school` (`school_code`, `id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `audits`;
