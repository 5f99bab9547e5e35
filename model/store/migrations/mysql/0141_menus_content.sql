-- +goose Up
UPDATE `menus` SET `content` = CONCAT('{"default":', `content`, '}'), `saved_at` = `done_at`;

-- +goose Down
UPDATE `menus` SET `content` = JSON_EXTRACT(`content`, '$.default');
