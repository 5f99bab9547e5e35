-- +goose Up
CREATE TABLE `graduates` (
    `id` INTEGER PRIMARY KEY AUTOINCREMENT,
    `uid` TEXT NOT NULL,
    `cohort_code` TEXT NOT NULL,
    `school_code` TEXT NOT NULL,
    `created_at` INTEGER NOT NULL,
    `exam_number` TEXT NOT NULL,
    `name` TEXT NOT NULL,
    `id_number` BLOB,
    `id_number_index` TEXT,
    `sex` TEXT NOT NULL,
    `ethnicity` TEXT NOT NULL,
    `politics` TEXT NOT NULL,
    `level` TEXT NOT NULL,
    `training` TEXT NOT NULL,
    `commissioner` TEXT NOT NULL,
    `origin_code` TEXT NOT NULL,
    `origin_name` TEXT NOT NULL,
    `entered` TEXT NOT NULL,
    `graduates_in` TEXT NOT NULL,
    `degree` TEXT NOT NULL,
    `college` TEXT NOT NULL,
    `class` TEXT NOT NULL,
    `student_number` TEXT NOT NULL,
    `major_code` TEXT NOT NULL,
    `major` TEXT NOT NULL,
    `major_direction` TEXT NOT NULL,
    `years` TEXT NOT NULL,
    `archive_in` TEXT NOT NULL,
    `household_in` TEXT NOT NULL,
    `email` BLOB,
    `phone` BLOB,
    `hardship` TEXT NOT NULL,
    `teacher` TEXT NOT NULL,
    `account_id` INTEGER NOT NULL,
    `linked_at` INTEGER NOT NULL,
    `checked_at` INTEGER NOT NULL,
    `checked` BLOB,
    `reopened_until` TEXT NOT NULL,
    `draft` BLOB,
    `step` TEXT NOT NULL,
    `step_since` INTEGER NOT NULL,
    `step_reason` TEXT NOT NULL,
    `step_returned` TEXT NOT NULL,
    `category` TEXT NOT NULL,
    `unit` TEXT NOT NULL,
    `revisions` INTEGER NOT NULL,
    `reviews` INTEGER NOT NULL,
    `confirmations` INTEGER NOT NULL,
    `authorizations` INTEGER NOT NULL,
    `version` INTEGER NOT NULL
);
CREATE UNIQUE INDEX `graduates_exam_number` ON `graduates` (`exam_number`, `school_code`, `cohort_code`);
CREATE UNIQUE INDEX `graduates_person` ON `graduates` (`id_number_index`, `cohort_code`, `level`);
CREATE INDEX `graduates_account` ON `graduates` (`account_id`);
CREATE INDEX `graduates_owing` ON `graduates` (`cohort_code`, `step`, `id`);
CREATE INDEX `graduates_cohort_queue` ON `graduates` (`cohort_code`, `step`, `step_since`, `id`);
CREATE INDEX `graduates_school_queue` ON `graduates` (`school_code`, `step`, `step_since`, `id`);
CREATE INDEX `graduates_college_queue` ON `graduates` (`school_code`, `college`, `step`, `step_since`, `id`);
CREATE INDEX `graduates_name` ON `graduates` (`name`, `school_code`);

-- +goose Down
DROP TABLE `graduates`;
