-- +goose Up
CREATE TABLE `templates` (
    `kind` TEXT NOT NULL,
    `template_id` TEXT NOT NULL,
    `fields` TEXT NOT NULL,
    `stopped` TEXT NOT NULL,
    PRIMARY KEY (`kind`)
);

-- +goose Down
DROP TABLE `templates`;
