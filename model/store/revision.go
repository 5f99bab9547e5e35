package store

import (
	"encoding/json"
	"fmt"

	"quxiang/model"
)

const revisionsTable = "revisions"

// revisionRow is one reported destination. Its content, with the archive's
// contact and phone, is encrypted as a whole.
type revisionRow struct {
	GraduateID int64  `gorm:"primaryKey;autoIncrement:false"`
	Number     int    `gorm:"primaryKey;autoIncrement:false"`
	UID        string `gorm:"column:uid"`
	Content    []byte
	Origin     string
	ReportedAt int64
	By         byColumns `gorm:"embedded"`
}

func (revisionRow) TableName() string { return revisionsTable }

// reviewRow is one decision. Serial counts the decisions about a graduate over
// all revisions.
type reviewRow struct {
	GraduateID int64 `gorm:"primaryKey;autoIncrement:false"`
	Serial     int   `gorm:"primaryKey;autoIncrement:false"`
	Revision   int
	Level      string
	Decision   string
	Reason     string
	At         int64
	By         byColumns `gorm:"embedded"`
}

func (reviewRow) TableName() string { return "reviews" }

func (s *Store) revisionRow(id model.GraduateID, v model.Revision) (revisionRow, error) {
	r := revisionRow{
		GraduateID: int64(id), Number: v.Number, UID: newUID(), Origin: string(v.Origin),
		ReportedAt: toMillis(v.ReportedAt), By: byOf(v.ReportedBy),
	}
	var err error
	r.Content, err = s.sealDestination(revisionsTable, "content", r.UID, v.Destination)
	return r, err
}

func (s *Store) revision(r *revisionRow) (model.Revision, error) {
	d, err := s.unsealDestination(revisionsTable, "content", r.UID, r.Content)
	if err != nil {
		return model.Revision{}, err
	}
	return model.Revision{
		Number: r.Number, Destination: d, Origin: model.Origin(r.Origin), ReportedAt: fromMillis(r.ReportedAt), ReportedBy: r.By.actor(),
	}, nil
}

func (s *Store) sealDestination(table, column, uid string, d model.Destination) ([]byte, error) {
	plain, err := json.Marshal(d)
	if err != nil {
		return nil, fmt.Errorf("store: destination: %w", err)
	}
	return s.keys.seal(table, column, uid, plain)
}

func (s *Store) unsealDestination(table, column, uid string, sealed []byte) (d model.Destination, err error) {
	plain, err := s.keys.unseal(table, column, uid, sealed)
	if err != nil {
		return d, err
	}
	if err := json.Unmarshal(plain, &d); err != nil {
		return d, fmt.Errorf("store: destination: %w", err)
	}
	return d, nil
}

func reviewRowOf(id model.GraduateID, serial, revision int, rv model.Review) reviewRow {
	return reviewRow{
		GraduateID: int64(id), Serial: serial, Revision: revision, Level: string(rv.Level), Decision: string(rv.Decision),
		Reason: rv.Reason, At: toMillis(rv.At), By: byOf(rv.By),
	}
}

func (r *reviewRow) review() model.Review {
	return model.Review{
		Level: model.Level(r.Level), Decision: model.Decision(r.Decision), Reason: r.Reason, By: r.By.actor(), At: fromMillis(r.At),
	}
}
