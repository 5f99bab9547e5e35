-- +goose Up
ALTER TABLE `graduates`
    ADD COLUMN `requests` INT NOT NULL DEFAULT 0,
    ADD COLUMN `disputed` INT NOT NULL DEFAULT 0,
    ADD COLUMN `settled` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD COLUMN `unit_code` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
    ADD KEY `graduates_settled` (`school_code`, `cohort_code`, `settled`, `id`),
    ADD KEY `graduates_college_settled` (`school_code`, `college`, `settled`, `id`),
    ADD KEY `graduates_class` (`school_code`, `college`, `class`, `id`);

-- +goose Down
ALTER TABLE `graduates`
    DROP KEY `graduates_class`,
    DROP KEY `graduates_college_settled`,
    DROP KEY `graduates_settled`,
    DROP COLUMN `unit_code`,
    DROP COLUMN `settled`,
    DROP COLUMN `disputed`,
    DROP COLUMN `requests`;
