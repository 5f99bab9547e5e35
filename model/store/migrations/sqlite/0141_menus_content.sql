-- +goose Up
UPDATE `menus` SET `content` = '{"default":' || `content` || '}', `saved_at` = `done_at`;

-- +goose Down
UPDATE `menus` SET `content` = JSON_EXTRACT(`content`, '$.default');
