-- +goose Up
INSERT INTO `destination_days` (`cohort_code`, `school_code`, `college`, `settled`, `day`, `graduates`)
    SELECT `cohort_code`, `school_code`, `college`, `settled`, strftime('%Y-%m-%d', `step_since` / 1000 + 28800, 'unixepoch'), COUNT(*) FROM `graduates`
    GROUP BY `cohort_code`, `school_code`, `college`, `settled`, strftime('%Y-%m-%d', `step_since` / 1000 + 28800, 'unixepoch');

-- +goose Down
DELETE FROM `destination_days`;
