-- +goose Up
CREATE UNIQUE INDEX `proofs_uid` ON `proofs` (`uid`);

-- +goose Down
DROP INDEX `proofs_uid` ON `proofs`;
