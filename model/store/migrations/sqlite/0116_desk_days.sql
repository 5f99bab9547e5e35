-- +goose Up
CREATE TABLE `desk_days` (
    `operator_id` INTEGER NOT NULL,
    `day` TEXT NOT NULL,
    `asked` INTEGER NOT NULL,
    `missed` INTEGER NOT NULL,
    PRIMARY KEY (`operator_id`, `day`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `desk_days`;
