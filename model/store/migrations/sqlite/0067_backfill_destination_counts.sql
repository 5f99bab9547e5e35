-- +goose Up
INSERT INTO `destination_counts` (`cohort_code`, `school_code`, `college`, `major`, `class`, `settled`, `graduates`)
    SELECT `cohort_code`, `school_code`, `college`, `major`, `class`, `settled`, COUNT(*) FROM `graduates`
    GROUP BY `cohort_code`, `school_code`, `college`, `major`, `class`, `settled`;

-- +goose Down
DELETE FROM `destination_counts`;
