-- +goose Up
CREATE TABLE `menu_presses` (
    `day` TEXT NOT NULL,
    `digest` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `label` TEXT NOT NULL,
    `presses` INTEGER NOT NULL,
    PRIMARY KEY (`day`, `digest`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `menu_presses`;
