package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

const importChangesTable = "import_changes"

// The kinds of changes that an import makes.
const (
	importCreated = "created"
	importChanged = "changed"
)

// importChangeRow is what an import did to one graduate, and sealed in Before
// what it replaced. It goes with the undoing, or when undoing is over.
type importChangeRow struct {
	TaskID     int64 `gorm:"primaryKey;autoIncrement:false"`
	GraduateID int64 `gorm:"primaryKey;autoIncrement:false"`
	Kind       string
	Version    int64 // of the record, as the import left it
	ChangedAt  int64
	UID        string `gorm:"column:uid"`
	Before     []byte
}

// TableName names the table.
func (importChangeRow) TableName() string { return importChangesTable }

// importBefore is what a changed graduate had before: facts, draft, and how much
// of the history.
type importBefore struct {
	Basics    model.Basics
	Draft     *model.Destination
	Revisions int
	Reviews   int
}

// keepCreated notes that the import made these graduates.
func (im *importing) keepCreated(tx *gorm.DB, batch []loaded) error {
	if im.TaskID == 0 {
		return nil
	}
	rows := make([]importChangeRow, len(batch))
	for i, l := range batch {
		rows[i] = importChangeRow{
			TaskID: im.TaskID, GraduateID: l.row.ID, Kind: importCreated, Version: l.row.Version, ChangedAt: toMillis(im.Now), UID: newUID(),
		}
	}
	return tx.CreateInBatches(&rows, insertBatch).Error
}

// keepChanged notes what the import replaces, in the transaction of the change.
func (im *importing) keepChanged(tx *gorm.DB, w *writing) error {
	if im.TaskID == 0 {
		return nil
	}
	old := w.before
	plain, err := json.Marshal(importBefore{
		Basics: old.record.Graduate.Basics, Draft: old.record.Draft, Revisions: old.row.Revisions, Reviews: old.row.Reviews,
	})
	if err != nil {
		return fmt.Errorf("store: import change: %w", err)
	}
	row := importChangeRow{
		TaskID: im.TaskID, GraduateID: old.row.ID, Kind: importChanged, Version: w.after.Version, ChangedAt: toMillis(im.Now), UID: newUID(),
	}
	if row.Before, err = im.keys.seal(importChangesTable, "before", row.UID, plain); err != nil {
		return err
	}
	return tx.Create(&row).Error
}

// ImportChanges counts the graduates whom an import made and changed and that
// can still be undone. Primary key.
func (s *Store) ImportChanges(ctx context.Context, task int64) (created, changed int, err error) {
	var rows []struct {
		Kind string
		N    int
	}
	err = s.read(ctx).Model(&importChangeRow{}).Select("kind, COUNT(*) AS n").Where("task_id = ?", task).Group("kind").Scan(&rows).Error
	for _, r := range rows {
		if r.Kind == importCreated {
			created = r.N
		} else {
			changed += r.N
		}
	}
	return created, changed, wrap("import changes", err)
}

// actedOn selects the changes of a task after which somebody acted: the record
// has moved on or is gone, or a message of the change may have reached a phone.
const actedOn = "FROM import_changes AS c LEFT JOIN graduates AS g ON g.id = c.graduate_id WHERE c.task_id = ? AND (" +
	"g.id IS NULL OR g.version <> c.version OR EXISTS (SELECT 1 FROM messages AS m WHERE m.graduate_id = c.graduate_id " +
	"AND m.created_at = c.changed_at AND (m.first_attempt_at <> 0 OR m.state NOT IN ('queued', 'held', 'cancelled'))))"

// ImportActedOn tells on how many of an import's graduates somebody acted since,
// so that it cannot be undone as a whole, and names the first of them. It reads
// the import's changes, each with its graduate by primary key and its messages
// by messages_graduate: for the page that an operator opens to undo.
func (s *Store) ImportActedOn(ctx context.Context, task int64, limit int) (n int, names []string, err error) {
	if err := s.read(ctx).Raw("SELECT COUNT(*) "+actedOn, task).Scan(&n).Error; err != nil {
		return 0, nil, wrap("import acted on", err)
	}
	if n == 0 {
		return 0, nil, nil
	}
	var found []struct{ Name, College, Class string }
	err = s.read(ctx).Raw("SELECT COALESCE(g.name, '') AS name, COALESCE(g.college, '') AS college, COALESCE(g.class, '') AS class "+
		actedOn+" ORDER BY c.graduate_id LIMIT ?", task, limit).Scan(&found).Error
	if err != nil {
		return 0, nil, wrap("import acted on", err)
	}
	for _, f := range found {
		switch {
		case f.Name == "":
			names = append(names, "（已删除的记录）")
		case f.College+f.Class == "":
			names = append(names, f.Name)
		default:
			names = append(names, f.Name+"（"+f.College+f.Class+"）")
		}
	}
	return n, names, nil
}

// PurgeImports removes what imports before some instant replaced, so that they
// can no longer be undone, and gives up previews that nobody has decided on
// since. Indexes import_changes_age and tasks_state.
func (s *Store) PurgeImports(ctx context.Context, before time.Time) (n int, err error) {
	err = s.tx(ctx, "purge imports", func(tx *gorm.DB) error {
		done := tx.Where("changed_at < ?", toMillis(before)).Delete(&importChangeRow{})
		if n = int(done.RowsAffected); done.Error != nil {
			return done.Error
		}
		return tx.Model(&taskRow{}).Where("state = ? AND stage = ? AND created_at < ?", model.TaskDone, model.StagePreview, toMillis(before)).
			Update("state", model.TaskDiscarded).Error
	})
	return n, err
}
