-- +goose Up
UPDATE `graduates` SET `settled` = `category`
    WHERE `revisions` > 0 AND EXISTS (
        SELECT 1 FROM `reviews` v WHERE v.`graduate_id` = `graduates`.`id` AND v.`revision` = `graduates`.`revisions`
            AND v.`level` = 'school' AND v.`decision` = 'approve');

-- +goose Down
UPDATE `graduates` SET `settled` = '';
