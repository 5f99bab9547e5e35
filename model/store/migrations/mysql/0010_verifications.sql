-- +goose Up
CREATE TABLE `verifications` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `authorization_id` BIGINT NOT NULL,
    `graduate_id` BIGINT NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `at` BIGINT NOT NULL,
    `way` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `network` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `request_id` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `own` SMALLINT NOT NULL,
    KEY `verifications_graduate` (`graduate_id`, `id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `verifications`;
