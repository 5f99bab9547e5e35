-- +goose Up
CREATE TABLE `reviews` (
    `graduate_id` INTEGER NOT NULL,
    `serial` INTEGER NOT NULL,
    `revision` INTEGER NOT NULL,
    `level` TEXT NOT NULL,
    `decision` TEXT NOT NULL,
    `reason` TEXT NOT NULL,
    `at` INTEGER NOT NULL,
    `by_kind` TEXT NOT NULL,
    `by_id` INTEGER NOT NULL,
    `by_name` TEXT NOT NULL,
    PRIMARY KEY (`graduate_id`, `serial`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `reviews`;
