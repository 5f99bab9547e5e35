-- +goose Up
CREATE TABLE `desk_batches` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `batch` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `operator_id` BIGINT NOT NULL,
    `at` BIGINT NOT NULL,
    `way` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `asked` BIGINT NOT NULL,
    `found` BIGINT NOT NULL,
    `in_force` BIGINT NOT NULL,
    `request_id` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    UNIQUE KEY `desk_batches_batch` (`batch`),
    KEY `desk_batches_operator` (`operator_id`, `id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `desk_batches`;
