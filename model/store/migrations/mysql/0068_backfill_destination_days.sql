-- +goose Up
INSERT INTO `destination_days` (`cohort_code`, `school_code`, `college`, `settled`, `day`, `graduates`)
    SELECT `cohort_code`, `school_code`, `college`, `settled`, DATE_FORMAT('1970-01-01' + INTERVAL (`step_since` DIV 1000 + 28800) SECOND, '%Y-%m-%d'), COUNT(*) FROM `graduates`
    GROUP BY `cohort_code`, `school_code`, `college`, `settled`, DATE_FORMAT('1970-01-01' + INTERVAL (`step_since` DIV 1000 + 28800) SECOND, '%Y-%m-%d');

-- +goose Down
DELETE FROM `destination_days`;
