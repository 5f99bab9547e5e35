-- +goose Up
CREATE TABLE `followers` (
    `openid` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    `subscribed` TINYINT NOT NULL,
    `last_event_at` BIGINT NOT NULL,
    `scene` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    PRIMARY KEY (`openid`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4;

-- +goose Down
DROP TABLE `followers`;
