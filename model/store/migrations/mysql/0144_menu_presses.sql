-- +goose Up
CREATE TABLE `menu_presses` (
    `day` VARCHAR(10) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `digest` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `kind` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `label` VARCHAR(1024) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `presses` BIGINT NOT NULL,
    PRIMARY KEY (`day`, `digest`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `menu_presses`;
