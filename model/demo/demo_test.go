package demo_test

import (
	"bytes"
	"encoding/csv"
	"image/jpeg"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/demo"
)

func table(t testing.TB) *codes.Table {
	t.Helper()
	c, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// valid checks one person against every rule that model has.
func valid(t *testing.T, p demo.Person, c *codes.Table) {
	t.Helper()
	b := p.Basics
	for tab, code := range map[model.CodeTable]string{
		model.TableSex: b.Sex, model.TableEthnicity: b.Ethnicity, model.TablePolitics: b.Politics,
		model.TableLevel: b.Level, model.TableTraining: b.Training,
	} {
		if _, ok := c.Name(tab, code); !ok {
			t.Errorf("%s: no %s %q", b.Name, tab, code)
		}
	}
	if !strings.HasPrefix(b.IDNumber, "XX") {
		if !model.ValidIDNumber(b.IDNumber) || !strings.HasPrefix(b.IDNumber, "99") || model.IDNumberSex(b.IDNumber) != b.Sex {
			t.Errorf("%s: ID number %s, sex %s", b.Name, b.IDNumber, b.Sex)
		}
	}
	if !b.Entered.Valid() || !b.Graduates.Valid() || b.Entered >= b.Graduates || string(b.Graduates[:4]) != p.CohortCode {
		t.Errorf("%s: %s to %s in cohort %s", b.Name, b.Entered, b.Graduates, p.CohortCode)
	}
	if !slices.Contains(c.ExamNumberLengths(), len(b.ExamNumber)) || len(b.Phone) != 11 || b.College == "" || b.Class == "" {
		t.Errorf("%s: %+v", b.Name, b)
	}
	if p.Destination == nil {
		return
	}
	if err := model.CheckDestination(*p.Destination, b.HouseholdIn, c); err != nil {
		t.Errorf("%s: %v: %+v", b.Name, err, *p.Destination)
	}
}

func TestUnitsPassTheCheck(t *testing.T) {
	table, err := codes.For(codes.Default)
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range demo.Units() {
		if err := model.CheckUnit(u, table); err != nil {
			t.Errorf("%s: %v", u.Name, err)
		}
	}
}

func TestGraduatesAreValidAndDistinct(t *testing.T) {
	c := table(t)
	const n = 20_000
	seen := map[string]bool{}
	unfinished, destinations, rare := 0, 0, 0
	for p := range demo.Graduates(n, 7, demo.Options{Year: 2027, Destinations: 0.5, ReportedAt: time.Date(2027, 5, 24, 0, 0, 0, 0, time.UTC)}) {
		valid(t, p, c)
		for _, key := range []string{p.Basics.ExamNumber, p.Basics.IDNumber} {
			if seen[key] {
				t.Fatalf("%s comes twice", key)
			}
			seen[key] = true
		}
		if strings.HasSuffix(p.Basics.Level, "3") {
			unfinished++
		}
		if p.Destination != nil {
			destinations++
		}
		if strings.ContainsAny(p.Basics.Name, "𬭚㛃䶮·") {
			rare++
		}
	}
	if len(seen) != 2*n {
		t.Fatalf("%d graduates", len(seen)/2)
	}
	for what, share := range map[string]float64{"结业生": float64(unfinished) / n / 0.03, "destinations": float64(destinations) / n / 0.5} {
		if share < 0.8 || share > 1.2 {
			t.Errorf("%s: %.2f of what is wanted", what, share)
		}
	}
	if rare == 0 {
		t.Error("no rare names")
	}
}

func TestGraduatesRepeat(t *testing.T) {
	o := demo.Options{Year: 2027, School: demo.UpstreamSchool(), Destinations: 1}
	first, again := slices.Collect(demo.Graduates(50, 3, o)), slices.Collect(demo.Graduates(50, 3, o))
	for i := range first {
		if first[i].Basics != again[i].Basics || *first[i].Destination != *again[i].Destination || first[i].SchoolCode != o.School.Code {
			t.Fatalf("graduate %d differs: %+v, %+v", i, first[i], again[i])
		}
	}
	other := slices.Collect(demo.Graduates(50, 4, o))
	if slices.EqualFunc(first, other, func(a, b demo.Person) bool { return a.Basics == b.Basics }) {
		t.Error("another seed gives the same people")
	}
	if here := slices.Collect(demo.Graduates(1, 3, demo.Options{Year: 2027})); here[0].Basics.IDNumber == first[0].Basics.IDNumber {
		t.Error("two schools share an ID number")
	}
}

func TestPeople(t *testing.T) {
	c := table(t)
	states, users, ids := map[demo.State]int{}, map[string]bool{}, map[string]bool{}
	for _, p := range demo.People(2027) {
		states[p.State]++
		if users[p.Username] || ids[p.Person.Basics.IDNumber] || p.Password == "" {
			t.Errorf("%s: account or ID number comes twice", p.Username)
		}
		users[p.Username], ids[p.Person.Basics.IDNumber] = true, true
		valid(t, p.Person, c)
		records := p.Records()
		for _, r := range records {
			valid(t, r, c)
			if r.Basics.IDNumber != p.Person.Basics.IDNumber || r.Basics.Name != p.Person.Basics.Name {
				t.Errorf("%s: a record of somebody else", p.Username)
			}
		}
		d := p.Person.Destination
		switch p.State {
		case demo.StateNotInRoster:
			if len(records) != 0 {
				t.Errorf("%s is in the roster", p.Username)
			}
		case demo.StateTwoCohorts:
			if len(records) != 2 || records[0].CohortCode == records[1].CohortCode || records[0].Basics.ExamNumber == records[1].Basics.ExamNumber {
				t.Errorf("%s: %+v", p.Username, records)
			}
		case demo.StateUpstream:
			if p.Person.SchoolCode != demo.UpstreamSchool().Code {
				t.Errorf("%s: school %s", p.Username, p.Person.SchoolCode)
			}
		case demo.StateUnfinished:
			if p.Person.Basics.Level != "33" {
				t.Errorf("%s: level %s", p.Username, p.Person.Basics.Level)
			}
		case demo.StateApproved:
			if d == nil || !d.HasArchive() || !d.HasHousehold() {
				t.Errorf("%s: %+v", p.Username, d)
			}
		}
	}
	for _, s := range demo.States() {
		if states[s] == 0 {
			t.Errorf("nobody is %s", s)
		}
	}
	for p := range demo.Graduates(20_000, 1, demo.Options{Year: 2027}) {
		if ids[p.Basics.IDNumber] {
			t.Fatalf("%s is also a graduate's", p.Basics.IDNumber)
		}
	}
}

func TestContactsServeEveryGraduate(t *testing.T) {
	contacts := demo.Contacts(demo.School())
	for p := range demo.Graduates(200, 1, demo.Options{Year: 2027}) {
		got, ok := model.NearestContact(contacts, model.Graduate{SchoolCode: p.SchoolCode, Basics: p.Basics})
		if !ok || got.College != p.Basics.College || got.Role != model.ContactCounsellor {
			t.Fatalf("%s has %+v", p.Basics.College, got)
		}
	}
}

func TestSampleRoster(t *testing.T) {
	c := table(t)
	people := demo.Graduates(5, 1, demo.Options{Year: 2027, Destinations: 1})
	var b bytes.Buffer
	if err := demo.SampleRoster(&b, demo.National, people, c); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(0))
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if len(rows[0]) != 50 || len(rows[1]) != 50 || rows[0][0] != "Ksh" || rows[1][0] != "考生号" || rows[0][42] != "Gzzwlb" {
		t.Errorf("headers %q %q", rows[0], rows[1])
	}
	b.Reset()
	if err := demo.SampleRoster(&b, demo.WideCSV, people, c); err != nil {
		t.Fatal(err)
	}
	lines, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
	if err != nil || len(lines) != 6 || lines[0][0] != "考生号" || !slices.Contains(lines[0], "户口迁移所在地") {
		t.Fatalf("%q %v", lines, err)
	}
	if err := demo.SampleRoster(&b, "xls", people, c); err == nil {
		t.Error("an unknown format passes")
	}
	if err := demo.SampleRoster(failing{}, demo.WideCSV, people, c); err == nil {
		t.Error("a failing writer passes")
	}
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func BenchmarkGraduates(b *testing.B) {
	b.ReportAllocs()
	n := 0
	for range demo.Graduates(b.N, 1, demo.Options{Year: 2027, Destinations: 0.7}) {
		n++
	}
}

// TestPaper: each sheet is another picture.
func TestPaper(t *testing.T) {
	a, b := demo.Paper(1), demo.Paper(2)
	if img, err := jpeg.Decode(bytes.NewReader(a)); err != nil || img.Bounds().Dx() != 900 {
		t.Fatal(err)
	}
	if bytes.Equal(a, b) {
		t.Error("two sheets are one")
	}
}
