-- +goose Up
CREATE TABLE `confirmations` (
    `graduate_id` INTEGER NOT NULL,
    `serial` INTEGER NOT NULL,
    `revision` INTEGER NOT NULL,
    `answer` TEXT NOT NULL,
    `wrong` TEXT NOT NULL,
    `note` TEXT NOT NULL,
    `at` INTEGER NOT NULL,
    PRIMARY KEY (`graduate_id`, `serial`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `confirmations`;
