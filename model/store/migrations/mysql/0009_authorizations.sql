-- +goose Up
CREATE TABLE `authorizations` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `graduate_id` BIGINT NOT NULL,
    `serial` INT NOT NULL,
    `number` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `revision` INT NOT NULL,
    `for_whom` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `valid_until` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `created_at` BIGINT NOT NULL,
    `revoked_at` BIGINT NOT NULL,
    UNIQUE KEY `authorizations_number` (`number`),
    UNIQUE KEY `authorizations_graduate` (`graduate_id`, `serial`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `authorizations`;
