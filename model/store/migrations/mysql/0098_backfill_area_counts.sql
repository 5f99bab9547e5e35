-- +goose Up
INSERT INTO `area_counts` (`cohort_code`, `level`, `subject`, `school_code`, `college`, `value`, `day`, `graduates`)
    SELECT `cohort_code`, 'school', 'step', `school_code`, '', `step`, '', SUM(`graduates`) FROM `step_counts`
        GROUP BY `cohort_code`, `school_code`, `step`
    UNION ALL SELECT `cohort_code`, 'college', 'step', `school_code`, `college`, `step`, '', SUM(`graduates`) FROM `step_counts`
        GROUP BY `cohort_code`, `school_code`, `college`, `step`
    UNION ALL SELECT `cohort_code`, 'school', 'settled', `school_code`, '', `settled`, '', SUM(`graduates`) FROM `destination_counts`
        GROUP BY `cohort_code`, `school_code`, `settled`
    UNION ALL SELECT `cohort_code`, 'college', 'settled', `school_code`, `college`, `settled`, '', SUM(`graduates`) FROM `destination_counts`
        GROUP BY `cohort_code`, `school_code`, `college`, `settled`
    UNION ALL SELECT `cohort_code`, 'school', 'day', `school_code`, '', `settled`, `day`, SUM(`graduates`) FROM `destination_days`
        GROUP BY `cohort_code`, `school_code`, `settled`, `day`;

-- +goose Down
DELETE FROM `area_counts`;
