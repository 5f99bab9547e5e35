-- +goose Up
CREATE TABLE `tasks` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `kind` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `operator_id` BIGINT NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `file_name` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `path` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `done` INT NOT NULL,
    `total` INT NOT NULL,
    `result` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `created_at` BIGINT NOT NULL,
    `finished_at` BIGINT NOT NULL,
    `lease_token` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `lease_until` BIGINT NOT NULL,
    KEY `tasks_state` (`state`, `id`),
    KEY `tasks_school` (`school_code`, `id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `tasks`;
