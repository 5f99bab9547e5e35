-- +goose Up
CREATE TABLE `reviews` (
    `graduate_id` BIGINT NOT NULL,
    `serial` INT NOT NULL,
    `revision` INT NOT NULL,
    `level` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `decision` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `reason` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `at` BIGINT NOT NULL,
    `by_kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `by_id` BIGINT NOT NULL,
    `by_name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`graduate_id`, `serial`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `reviews`;
