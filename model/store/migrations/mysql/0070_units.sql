-- +goose Up
CREATE TABLE `units` (
    `code` CHAR(18) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `name` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `folded` VARCHAR(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `core` VARCHAR(160) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `kind` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `industry` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `place` VARCHAR(120) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`code`),
    KEY `units_folded` (`folded`, `code`),
    KEY `units_core` (`core`, `code`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `units`;
