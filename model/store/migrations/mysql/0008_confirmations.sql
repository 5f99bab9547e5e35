-- +goose Up
CREATE TABLE `confirmations` (
    `graduate_id` BIGINT NOT NULL,
    `serial` INT NOT NULL,
    `revision` INT NOT NULL,
    `answer` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `wrong` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `note` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `at` BIGINT NOT NULL,
    PRIMARY KEY (`graduate_id`, `serial`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `confirmations`;
