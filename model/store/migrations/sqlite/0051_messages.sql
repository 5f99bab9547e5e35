-- +goose Up
CREATE TABLE `messages` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `message_key` TEXT NOT NULL,
    `graduate_id` INTEGER NOT NULL,
    `openid` TEXT NOT NULL,
    `kind` TEXT NOT NULL,
    `priority` INTEGER NOT NULL,
    `state` TEXT NOT NULL,
    `vars` TEXT NOT NULL,
    `path` TEXT NOT NULL,
    `not_before` INTEGER NOT NULL,
    `not_after` INTEGER NOT NULL,
    `attempts` INTEGER NOT NULL,
    `first_attempt_at` INTEGER NOT NULL,
    `lease_token` TEXT NOT NULL,
    `lease_until` INTEGER NOT NULL,
    `cancelled_at` INTEGER NOT NULL,
    `msgid` INTEGER NOT NULL,
    `reason` TEXT NOT NULL,
    `created_at` INTEGER NOT NULL,
    `settled_at` INTEGER NOT NULL
);
CREATE UNIQUE INDEX `messages_key` ON `messages` (`message_key`);
CREATE INDEX `messages_due` ON `messages` (`state`, `priority`, `not_before`, `id`);
CREATE INDEX `messages_graduate` ON `messages` (`graduate_id`, `id`);
CREATE INDEX `messages_openid` ON `messages` (`openid`, `state`);

-- +goose Down
DROP TABLE `messages`;
