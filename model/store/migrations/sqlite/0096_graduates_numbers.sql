-- +goose Up
DROP INDEX `graduates_college_settled`;
CREATE INDEX `graduates_college_settled` ON `graduates` (`school_code`, `cohort_code`, `college`, `settled`, `id`);
CREATE INDEX `graduates_cohort_settled` ON `graduates` (`cohort_code`, `settled`, `id`);
CREATE INDEX `graduates_school_name` ON `graduates` (`school_code`, `name`, `id`);
CREATE INDEX `graduates_college_name` ON `graduates` (`school_code`, `college`, `name`, `id`);

-- +goose Down
DROP INDEX `graduates_college_name`;
DROP INDEX `graduates_school_name`;
DROP INDEX `graduates_cohort_settled`;
DROP INDEX `graduates_college_settled`;
CREATE INDEX `graduates_college_settled` ON `graduates` (`school_code`, `college`, `settled`, `id`);
