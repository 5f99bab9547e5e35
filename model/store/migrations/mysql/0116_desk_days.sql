-- +goose Up
CREATE TABLE `desk_days` (
    `operator_id` BIGINT NOT NULL,
    `day` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `asked` BIGINT NOT NULL,
    `missed` BIGINT NOT NULL,
    PRIMARY KEY (`operator_id`, `day`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `desk_days`;
