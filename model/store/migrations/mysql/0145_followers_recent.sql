-- +goose Up
ALTER TABLE `followers` ADD KEY `followers_recent` (`subscribed`, `last_event_at`);

-- +goose Down
ALTER TABLE `followers` DROP KEY `followers_recent`;
