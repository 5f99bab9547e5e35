-- +goose Up
CREATE TABLE `contacts` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `uid` TEXT NOT NULL,
    `role` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `class` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `phone` BLOB
);
CREATE INDEX `contacts_school` ON `contacts` (`school_code`);

-- +goose Down
DROP TABLE `contacts`;
