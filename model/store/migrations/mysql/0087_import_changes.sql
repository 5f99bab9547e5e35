-- +goose Up
CREATE TABLE `import_changes` (
    `task_id` BIGINT NOT NULL,
    `graduate_id` BIGINT NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `version` BIGINT NOT NULL,
    `changed_at` BIGINT NOT NULL,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `before` MEDIUMBLOB,
    PRIMARY KEY (`task_id`, `graduate_id`),
    KEY `import_changes_age` (`changed_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `import_changes`;
