-- +goose Up
CREATE TABLE `units` (
    `code` TEXT NOT NULL PRIMARY KEY,
    `name` TEXT NOT NULL,
    `folded` TEXT NOT NULL,
    `core` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `industry` TEXT NOT NULL,
    `place` TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX `units_folded` ON `units` (`folded`, `code`);
CREATE INDEX `units_core` ON `units` (`core`, `code`);

-- +goose Down
DROP TABLE `units`;
