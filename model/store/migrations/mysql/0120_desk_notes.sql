-- +goose Up
CREATE TABLE `desk_notes` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `operator_id` BIGINT NOT NULL,
    `department` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `verification_id` BIGINT NOT NULL,
    `form_id` BIGINT NOT NULL,
    `graduate_id` BIGINT NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `item` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `content` MEDIUMBLOB,
    `at` BIGINT NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `college` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `answer` MEDIUMBLOB,
    `by_kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `by_id` BIGINT NOT NULL,
    `by_name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `answered_at` BIGINT NOT NULL,
    KEY `desk_notes_operator` (`operator_id`, `id`),
    KEY `desk_notes_graduate` (`graduate_id`, `id`),
    KEY `desk_notes_state` (`state`, `id`),
    KEY `desk_notes_school` (`school_code`, `state`, `id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `desk_notes`;
