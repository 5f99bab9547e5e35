-- +goose Up
CREATE TABLE `revisions` (
    `graduate_id` BIGINT NOT NULL,
    `number` INT NOT NULL,
    `uid` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `content` MEDIUMBLOB,
    `origin` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `reported_at` BIGINT NOT NULL,
    `by_kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `by_id` BIGINT NOT NULL,
    `by_name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`graduate_id`, `number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `revisions`;
