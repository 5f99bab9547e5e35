-- +goose Up
CREATE TABLE `messages` (
    `id` BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    `message_key` VARCHAR(120) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `graduate_id` BIGINT NOT NULL,
    `openid` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `kind` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `priority` INT NOT NULL,
    `state` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `vars` TEXT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `path` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `not_before` BIGINT NOT NULL,
    `not_after` BIGINT NOT NULL,
    `attempts` INT NOT NULL,
    `first_attempt_at` BIGINT NOT NULL,
    `lease_token` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `lease_until` BIGINT NOT NULL,
    `cancelled_at` BIGINT NOT NULL,
    `msgid` BIGINT NOT NULL,
    `reason` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `created_at` BIGINT NOT NULL,
    `settled_at` BIGINT NOT NULL,
    UNIQUE KEY `messages_key` (`message_key`),
    KEY `messages_due` (`state`, `priority`, `not_before`, `id`),
    KEY `messages_graduate` (`graduate_id`, `id`),
    KEY `messages_openid` (`openid`, `state`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `messages`;
