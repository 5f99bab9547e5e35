-- +goose Up
CREATE TABLE `schools` (
    `code` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `origin` TEXT NOT NULL,
    `platform_name` TEXT NOT NULL,
    `platform_url` TEXT NOT NULL,
    PRIMARY KEY (`code`)
) WITHOUT ROWID;

-- +goose Down
DROP TABLE `schools`;
