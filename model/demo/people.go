package demo

import "quxiang/model"

// State is where in the flow one of the People starts.
type State string

// The states. Who brings a person into his state is the caller: with the rules
// of model, so that the record has a history.
const (
	StateNew         State = "new"           // in the roster, never logged in
	StateReported    State = "reported"      // waits for the college
	StateReturned    State = "returned"      // returned by the college
	StateApproved    State = "approved"      // approved by both: to be confirmed
	StateConfirmed   State = "confirmed"     // confirmed: forms can be made
	StateAuthorised  State = "authorised"    // has a form of each kind
	StateNotInRoster State = "not_in_roster" // has a CHSI account only
	StateUnfinished  State = "unfinished"    // 结业生, otherwise new
	StateUpstream    State = "upstream"      // of the school that reports upstream, approved there
	StateTwoCohorts  State = "two_cohorts"   // 专升本: a record in two cohorts, both new
	StateChanging    State = "change_asked"  // confirmed, and applied to change it: waits for the college
	StateCorrecting  State = "corrected"     // confirmed, with a correction open: the form waits for it
	StateDisputed    State = "disputed"      // approved, and said not to be the graduate's
)

// States lists all states.
func States() []State {
	return []State{
		StateNew, StateReported, StateReturned, StateApproved, StateConfirmed, StateAuthorised,
		StateNotInRoster, StateUnfinished, StateUpstream, StateTwoCohorts, StateChanging, StateCorrecting, StateDisputed,
	}
}

// Password is that of every demo account at the simulator of CHSI.
const Password = "demo"

// DemoPerson is a named person of the sandbox with an account at the simulator
// of CHSI.
type DemoPerson struct {
	State    State
	Username string // the CHSI login
	Password string
	Person   Person  // whom the account's attributes describe
	Earlier  *Person // the record in an earlier cohort, for StateTwoCohorts
}

// Records are the person's records in the roster, none for StateNotInRoster.
// Each tells the destination that the state needs, nil where none is reported.
func (p DemoPerson) Records() []Person {
	switch {
	case p.State == StateNotInRoster:
		return nil
	case p.Earlier != nil:
		return []Person{*p.Earlier, p.Person}
	default:
		return []Person{p.Person}
	}
}

// People are the sandbox's people of a graduation year: at least one for each
// state, two where people like to try twice. They have no number in common
// with Graduates of the same year.
func People(year int) []DemoPerson {
	cast := []struct {
		state    State
		username string
		name     string
		female   bool
	}{
		{StateNew, "new1", "林小满", true},
		{StateNew, "new2", "张立群", false},
		{StateReported, "reported1", "陈思远", false},
		{StateReported, "reported2", "王雨桐", true},
		{StateReturned, "returned1", "李若晴", true},
		{StateApproved, "approved1", "周明哲", false},
		{StateApproved, "approved2", "吴𬭚", true},
		{StateConfirmed, "confirmed1", "郑海燕", true},
		{StateAuthorised, "authorised1", "孙浩然", false},
		{StateNotInRoster, "stranger1", "赵不在", false},
		{StateUnfinished, "unfinished1", "何文博", false},
		{StateUpstream, "upstream1", "阿依古丽·买买提", true},
		{StateTwoCohorts, "twice1", "马一鸣", false},
		{StateChanging, "changing1", "高若兰", true},
		{StateCorrecting, "correcting1", "徐子墨", false},
		{StateDisputed, "disputed1", "罗一诺", true},
	}
	here, upstream := newMaker(1, Options{Year: year}), newMaker(2, Options{Year: year, School: UpstreamSchool()})
	people := make([]DemoPerson, 0, len(cast))
	for k, c := range cast {
		m := here
		if c.state == StateUpstream {
			m = upstream
		}
		p := m.named(maxPerSchool+k, c.name, c.female)
		d := DemoPerson{State: c.state, Username: c.username, Password: Password}
		switch c.state {
		case StateReported, StateReturned, StateApproved, StateConfirmed, StateAuthorised, StateUpstream, StateChanging, StateCorrecting, StateDisputed:
			p.Destination = registered(p.Basics)
		case StateUnfinished:
			p.Basics.Level, p.Basics.Degree = "33", ""
		case StateTwoCohorts:
			earlier := junior(p, year-2)
			d.Earlier = &earlier
		}
		d.Person = p
		people = append(people, d)
	}
	return people
}

// named is an undergraduate with a given name; everything else that pages show
// is plain, so that people recognise what they see.
func (m *maker) named(i int, name string, female bool) Person {
	sex := 1
	if female {
		sex = 2
	}
	p := m.person(i)
	s, mj := m.stages[0], m.majors[i%len(m.majors)]
	b := &p.Basics
	b.Name, b.Sex, b.IDNumber, b.Ethnicity = name, string(rune('0'+sex)), m.idNumber(i, sex, s), "01"
	b.Level, b.Degree, b.Years, b.Entered = s.level, mj.degree+s.degree, s.years, month(m.o.Year-s.study, 9)
	b.ExamNumber = m.examNumber(i, m.o.Year-s.study)
	b.College, b.Class, b.MajorCode, b.Major = mj.college, mj.class+pad((m.o.Year-s.study)%100, 2)+"01", mj.code, mj.name
	b.OriginCode, b.OriginName = m.places[i%len(m.places)].code, m.places[i%len(m.places)].name
	b.Training, b.Commissioner, b.HouseholdIn = "1", "", model.Yes
	p.Destination = nil
	return p
}

// registered is what those of the People report who have reported: with archive and
// household, so that every block of both forms is drawn.
func registered(b model.Basics) *model.Destination {
	d := employed("10", "北京市海淀区")
	d.Archive = archiveOf("agency", "北京市海淀区")
	d.Household = model.HouseholdTransfer{Type: "origin", Place: b.OriginName}
	return &d
}

// junior is p's record of the 专科 that came before 专升本.
func junior(p Person, year int) Person {
	b := &p.Basics
	p.CohortCode = pad(year, 4)
	b.ExamNumber = pad((year-3)%100, 2) + b.ExamNumber[2:]
	b.Level, b.Degree, b.Years = "41", "", "3"
	b.Entered, b.Graduates = month(year-3, 9), month(year, 6)
	b.StudentNumber = pad(year-3, 4) + b.StudentNumber[4:]
	return p
}
