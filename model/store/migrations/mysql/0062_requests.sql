-- +goose Up
CREATE TABLE `requests` (
    `graduate_id` BIGINT NOT NULL,
    `number` INT NOT NULL,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `revision` INT NOT NULL,
    `item` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `content` MEDIUMBLOB,
    `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `since` BIGINT NOT NULL,
    `asked_at` BIGINT NOT NULL,
    `cohort_code` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `school_code` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `college` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `class` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`graduate_id`, `number`),
    KEY `requests_queue` (`kind`, `state`, `since`, `graduate_id`),
    KEY `requests_school_queue` (`school_code`, `kind`, `state`, `since`, `graduate_id`),
    KEY `requests_college_queue` (`school_code`, `college`, `kind`, `state`, `since`, `graduate_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `requests`;
