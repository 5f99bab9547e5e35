-- +goose Up
CREATE INDEX `followers_recent` ON `followers` (`subscribed`, `last_event_at`);

-- +goose Down
DROP INDEX `followers_recent`;
