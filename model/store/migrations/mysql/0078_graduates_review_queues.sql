-- +goose Up
ALTER TABLE `graduates`
    ADD KEY `graduates_category_queue` (`school_code`, `step`, `category`, `step_since`, `id`),
    ADD KEY `graduates_unit_queue` (`school_code`, `unit_code`, `unit`, `step`, `step_since`, `id`);

-- +goose Down
ALTER TABLE `graduates`
    DROP KEY `graduates_unit_queue`,
    DROP KEY `graduates_category_queue`;
