package store_test

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// TestNothingPersonalAtRest: ID number, phones, e-mail, CHSI user and tokens are
// in neither the database's files nor the log, even with every statement
// logged as slow or failing.
func TestNothingPersonalAtRest(t *testing.T) {
	var log bytes.Buffer
	dsn := storetest.SQLite(t)
	s, err := store.Open(t.Context(), store.Options{
		DSN: dsn, Keys: newKeys(t), Now: func() time.Time { return june }, Dir: filepath.Dir(dsn[len("sqlite:"):]),
		Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	})
	if err != nil {
		t.Fatal(err)
	}
	s.LogEverything()
	withSchools(t, s)
	secrets := map[string]string{
		"ID number": "11010519491231002X", "phone": "13912345678", "e-mail": "wang.xiaoming@example.com", "CHSI user": "chsi-user-7788",
		"archive contact": "钱联系人", "archive phone": "025-55667788", "counsellor's phone": "13787654321", "token": "75_access-token-value",
		"refreshed phone": "13700001111", "department's contact": "王主任 010-66778899", "note of a department": "联系人赵六说未寄", "answer to it": "孙七已补寄", "name of a proof": "王小明身份证.jpg", "proof": "JFIF what the agreement says", "thumbnail": "JFIF small agreement",
	}
	g := graduate(1)
	g.Basics.IDNumber, g.Basics.Phone, g.Basics.Email = secrets["ID number"], secrets["phone"], secrets["e-mail"]
	id := create(t, s, g)[0]
	there := destination("甲公司")
	there.Archive.Contact, there.Archive.Phone = secrets["archive contact"], secrets["archive phone"]
	rules := slices.Concat([]rule{
		link(boundAccount(t, s, secrets["CHSI user"], "o1")), check,
		func(r model.Record) (model.Change, error) { return model.SaveDraft(r, cohort27, there, june) },
		func(r model.Record) (model.Change, error) {
			p := model.Proof{GraduateID: id, Type: model.ProofJPEG, Name: secrets["name of a proof"], Digest: s.ProofDigest([]byte(secrets["proof"]))}
			if _, err := s.AddProof(t.Context(), p, []byte(secrets["proof"]), []byte(secrets["thumbnail"]), adding); err != nil {
				t.Fatal(err)
			}
			return model.Change{}, nil
		},
		func(r model.Record) (model.Change, error) {
			return model.Report(r, cohort27, 0, there, anyCodes{}, june)
		},
		func(r model.Record) (model.Change, error) {
			c, _ := model.RefreshContact(r, secrets["refreshed phone"], "", june)
			return c, nil
		},
	}, approveBoth(1))
	change(t, s, id, rules...)
	if err := s.ReplaceContacts(t.Context(), "99001", []model.Contact{{Name: "李老师", Phone: secrets["counsellor's phone"]}}, roster); err != nil {
		t.Fatal(err)
	}
	d := newDesk(t, s, "desk")
	note := model.DeskNote{OperatorID: d.OperatorID, GraduateID: id, Kind: model.FormArchive, Item: model.NoteOther, Text: secrets["note of a department"], At: june}
	if err := s.AddDeskNote(t.Context(), note, vetter); err != nil {
		t.Fatal(err)
	}
	notes, err := s.DeskNotesAbout(t.Context(), id, 1)
	if err != nil || len(notes) != 1 || d.Contact != secrets["department's contact"] {
		t.Fatalf("%v, %v", notes, err)
	}
	notes[0].Answer, notes[0].AnsweredAt = secrets["answer to it"], june
	if err := s.AnswerDeskNote(t.Context(), notes[0]); err != nil {
		t.Fatal(err)
	}
	if ok, err := s.Swap(t.Context(), "wechat/token", "", secrets["token"], june.Add(time.Hour)); err != nil || !ok {
		t.Fatalf("%v, %v", ok, err)
	}
	if _, err := s.CreateGraduates(t.Context(), []model.Graduate{g}, roster); err == nil {
		t.Error("the same graduate twice")
	} else {
		log.WriteString(err.Error())
	}
	if found, err := s.FindByIDNumber(t.Context(), secrets["ID number"]); err != nil || len(found) != 1 || found[0].Basics.Phone != secrets["refreshed phone"] {
		t.Fatalf("%d found, %v", len(found), err)
	}
	files, err := filepath.Glob(dsn[len("sqlite:"):] + "*")
	if err != nil || len(files) < 2 { // the file and its WAL
		t.Fatalf("%v, %v", files, err)
	}
	if !bytes.Contains(log.Bytes(), []byte("INSERT INTO `graduates`")) {
		t.Error("statements are not logged: this test looks in the wrong place")
	}
	places := map[string][]byte{"log": log.Bytes()}
	proofs, err := filepath.Glob(filepath.Join(filepath.Dir(files[0]), "proofs", "*", "*"))
	if err != nil || len(proofs) != 2 {
		t.Fatalf("%v, %v", proofs, err)
	}
	for _, f := range append(files, proofs...) {
		if places[filepath.Base(f)], err = os.ReadFile(f); err != nil {
			t.Fatal(err)
		}
	}
	all := slices.Concat(places["quxiang.db"], places["quxiang.db-wal"])
	if !bytes.Contains(all, []byte(g.Basics.ExamNumber)) {
		t.Error("not even the 考生号 is found: this test looks in the wrong place")
	}
	for place, content := range places {
		for what, secret := range secrets {
			if bytes.Contains(content, []byte(secret)) {
				t.Errorf("%s is in %s", what, place)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}
