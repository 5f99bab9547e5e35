-- +goose Up
ALTER TABLE `graduates`
    DROP KEY `graduates_college_settled`,
    ADD KEY `graduates_college_settled` (`school_code`, `cohort_code`, `college`, `settled`, `id`),
    ADD KEY `graduates_cohort_settled` (`cohort_code`, `settled`, `id`),
    ADD KEY `graduates_school_name` (`school_code`, `name`, `id`),
    ADD KEY `graduates_college_name` (`school_code`, `college`, `name`, `id`);

-- +goose Down
ALTER TABLE `graduates`
    DROP KEY `graduates_college_name`,
    DROP KEY `graduates_school_name`,
    DROP KEY `graduates_cohort_settled`,
    DROP KEY `graduates_college_settled`,
    ADD KEY `graduates_college_settled` (`school_code`, `college`, `settled`, `id`);
