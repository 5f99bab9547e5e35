package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"time"

	"gorm.io/gorm"

	"quxiang/model"
)

const proofsTable = "proofs"

// proofState says how row and files stand to each other. The row is there
// before the files are and until they are gone, so that no file is ever without
// one: what a crash leaves behind is found by the index proofs_state.
type proofState string

const (
	proofNew  proofState = "new"  // its files are being written
	proofKept proofState = "kept" // one of the graduate's proofs
	proofGone proofState = "gone" // its files are being removed
)

// proofRow is one proof. Its content lies in files under its uid, see
// prooffile.go; its name, which people choose, is encrypted.
type proofRow struct {
	ID            int64
	UID           string `gorm:"column:uid"`
	GraduateID    int64
	Request       int
	FromRevision  int
	UntilRevision int
	State         string
	At            int64 // when it came into this state
	Type          string
	Size          int
	Name          []byte
	Digest        string
}

func (proofRow) TableName() string { return proofsTable }

func (s *Store) proof(r *proofRow) (model.Proof, error) {
	name, err := s.keys.unseal(proofsTable, "name", r.UID, r.Name)
	if err != nil {
		return model.Proof{}, err
	}
	return model.Proof{
		ID: model.ProofID(r.ID), GraduateID: model.GraduateID(r.GraduateID), Request: r.Request, From: r.FromRevision, Until: r.UntilRevision,
		Type: model.ProofType(r.Type), Size: r.Size, Name: string(name), Digest: r.Digest, At: fromMillis(r.At),
	}, nil
}

// Proofs returns all proofs of a graduate, the oldest first. One query on index
// proofs_graduate; the rules bound the rows: five for each revision and request.
func (s *Store) Proofs(ctx context.Context, id model.GraduateID) ([]model.Proof, error) {
	return s.proofs(s.read(ctx), id)
}

func (s *Store) proofs(tx *gorm.DB, id model.GraduateID) ([]model.Proof, error) {
	rows := make([]proofRow, 0, model.MaxProofs)
	err := tx.Where("graduate_id = ? AND state = ?", int64(id), proofKept).Order("id").Find(&rows).Error
	if err != nil {
		return nil, wrap("proofs", err)
	}
	all := make([]model.Proof, len(rows))
	for i := range rows {
		if all[i], err = s.proof(&rows[i]); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// ProofRule is a rule about the proofs of a graduate. It must be pure: it runs
// again when somebody else changed the record meanwhile.
type ProofRule = func(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error)

// ProofDigest is the keyed tag by which the same file is found again.
func (s *Store) ProofDigest(uploaded []byte) string {
	sum := sha256.Sum256(uploaded)
	return s.Tag("proof", hex.EncodeToString(sum[:]))
}

// AddProof keeps an uploaded proof, body and thumbnail, if the rule then says
// so; the rule is given p with its id. A proof that is refused leaves nothing
// behind.
func (s *Store) AddProof(ctx context.Context, p model.Proof, body, thumb []byte, rule ProofRule) (model.Proof, error) {
	row := proofRow{
		UID: newUID(), GraduateID: int64(p.GraduateID), Request: p.Request, State: string(proofNew), At: toMillis(s.now()),
		Type: string(p.Type), Size: len(body), Digest: p.Digest,
	}
	var err error
	if row.Name, err = s.keys.seal(proofsTable, "name", row.UID, []byte(p.Name)); err != nil {
		return model.Proof{}, err
	}
	if err := s.tx(ctx, "add proof", func(tx *gorm.DB) error {
		row.ID = 0 // of a try that lost its lock
		return tx.Create(&row).Error
	}); err != nil {
		return model.Proof{}, err
	}
	p.ID, p.Size = model.ProofID(row.ID), len(body)
	err = s.writeProof(row.UID, body, thumb)
	if err == nil {
		err = s.changeProofs(ctx, p.GraduateID, func(r model.Record, have []model.Proof) (model.ProofChange, error) {
			ch, err := rule(r, have, p)
			if err == nil && (ch.Keep == nil || ch.Keep.ID != p.ID) {
				err = errors.New("store: add proof: the rule keeps another one")
			}
			return ch, err
		})
	}
	if err != nil {
		// The request may be over; what it began still goes. A commit whose answer
		// was lost stands: then the row is not new any more.
		ctx := context.WithoutCancel(ctx)
		rows, lerr := s.proofRows(ctx, "id = ? AND state = ?", row.ID, proofNew)
		if lerr == nil {
			lerr = s.eraseProofs(ctx, rows)
		}
		return model.Proof{}, errors.Join(err, lerr)
	}
	return p, nil
}

// RemoveProof takes a proof back if the rule says so: it goes with its files,
// or ends before a revision.
func (s *Store) RemoveProof(ctx context.Context, graduate model.GraduateID, id model.ProofID, rule ProofRule) error {
	dropped := false
	err := s.changeProofs(ctx, graduate, func(r model.Record, have []model.Proof) (model.ProofChange, error) {
		ch, err := rule(r, have, model.Proof{ID: id, GraduateID: graduate})
		dropped = err == nil && ch.Drop == id
		return ch, err
	})
	if err != nil || !dropped {
		return err
	}
	rows, err := s.proofRows(ctx, "id = ?", int64(id))
	if err != nil {
		return err
	}
	return s.eraseProofs(ctx, rows)
}

// changeProofs runs a rule and writes what it returns in one transaction. The
// record's version goes up: whoever hands in a revision at the same time and
// another upload are judged one after the other.
func (s *Store) changeProofs(ctx context.Context, id model.GraduateID, f func(model.Record, []model.Proof) (model.ProofChange, error)) error {
	return retry(ctx, "change proofs", func() error {
		l, err := s.loadRecord(ctx, id)
		if err != nil {
			return err
		}
		return s.once(ctx, func(tx *gorm.DB) error {
			done := tx.Model(&graduateRow{}).Where("id = ? AND version = ?", int64(id), l.record.Version).Update("version", l.record.Version+1)
			switch {
			case done.Error != nil:
				return done.Error
			case done.RowsAffected == 0:
				return errLost
			}
			have, err := s.proofs(tx, id)
			if err != nil {
				return err
			}
			ch, err := f(l.record, have)
			if err != nil {
				return err
			}
			return writeProofs(tx, id, ch)
		})
	})
}

func writeProofs(tx *gorm.DB, graduate model.GraduateID, ch model.ProofChange) error {
	set := func(id model.ProofID, from proofState, values proofRow, columns ...string) error {
		done := tx.Model(&proofRow{}).Where("id = ? AND graduate_id = ? AND state = ?", int64(id), int64(graduate), from).
			Select(columns).Updates(&values)
		if done.Error == nil && done.RowsAffected != 1 {
			return fmt.Errorf("store: change proofs: no proof %d in state %s", id, from)
		}
		return done.Error
	}
	var err error
	switch at := toMillis(ch.Audit.At); {
	case ch.Keep != nil:
		p := ch.Keep
		err = set(p.ID, proofNew, proofRow{Request: p.Request, FromRevision: p.From, UntilRevision: p.Until, State: string(proofKept), At: at},
			"request", "from_revision", "until_revision", "state", "at")
	case ch.Drop != 0:
		err = set(ch.Drop, proofKept, proofRow{State: string(proofGone), At: at}, "state", "at")
	case ch.End != 0:
		err = set(ch.End, proofKept, proofRow{UntilRevision: ch.Until}, "until_revision")
	}
	if err != nil {
		return err
	}
	return appendAudit(tx, ch.Audit)
}

// ReadProof returns the content of a proof or its thumbnail; CodeNotFound when
// the graduate has no such proof. One query by primary key.
func (s *Store) ReadProof(ctx context.Context, graduate model.GraduateID, id model.ProofID, thumb bool) ([]byte, error) {
	var row proofRow
	err := s.read(ctx).Select("uid").Where("id = ? AND graduate_id = ? AND state = ?", int64(id), int64(graduate), proofKept).Take(&row).Error
	if err != nil {
		return nil, wrap("read proof", err)
	}
	return s.readProofFile(row.UID, thumb)
}

// proofBatch bounds how many proofs a purge holds at a time.
const proofBatch = 200

// PurgeProofs removes what uploads and removals that were broken off before an
// instant have left, and returns how many. Index proofs_state: the cost is that
// of what goes.
func (s *Store) PurgeProofs(ctx context.Context, before time.Time) (int, error) {
	for total := 0; ; {
		rows, err := s.proofRows(ctx, "state IN ? AND at < ?", []proofState{proofNew, proofGone}, toMillis(before))
		if err != nil || len(rows) == 0 {
			return total, err
		}
		if err := s.eraseProofs(ctx, rows); err != nil {
			return total, err
		}
		total += len(rows)
	}
}

func (s *Store) proofRows(ctx context.Context, where string, args ...any) ([]proofRow, error) {
	var rows []proofRow
	err := s.read(ctx).Select("id", "uid").Where(where, args...).Limit(proofBatch).Find(&rows).Error
	return rows, wrap("proofs", err)
}

// eraseProofs removes files first and rows after them, so that a crash in
// between leaves rows that the purge finds.
func (s *Store) eraseProofs(ctx context.Context, rows []proofRow) error {
	ids := make([]int64, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
		if err := s.removeProofFiles(r.UID); err != nil {
			return err
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return s.tx(ctx, "erase proofs", func(tx *gorm.DB) error {
		return tx.Where("id IN ? AND state <> ?", ids, proofKept).Delete(&proofRow{}).Error
	})
}
