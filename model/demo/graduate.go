package demo

import (
	"iter"
	"math/rand/v2"
	"strconv"
	"time"

	"quxiang/model"
)

// Person is one invented graduate, as a roster tells of him.
type Person struct {
	CohortCode  string
	SchoolCode  string
	SchoolName  string
	Basics      model.Basics
	Destination *model.Destination // nil when nothing is registered
	ReportedAt  time.Time          // zero without a Destination
}

// Options say whose graduates are invented.
type Options struct {
	Year         int          // of graduation
	School       model.School // zero: School()
	Destinations float64      // the share, 0–1, that has a destination
	ReportedAt   time.Time    // when those destinations were reported
}

// stage is a level of study. The birth windows, two years long, do not overlap,
// so that no two levels share an ID number.
type stage struct {
	level, unfinished string // 毕业 and 结业
	degree            string
	years             string
	study             int // years between 入学 and 毕业
	born              int // first birth year, before graduation
}

func stages() []stage {
	return []stage{
		{"31", "33", "学士", "4", 4, 24},
		{"41", "43", "", "3", 3, 22},
		{"11", "13", "硕士", "3", 3, 27},
		{"01", "03", "博士", "4", 4, 31},
	}
}

// maxPerSchool is how many ID numbers one school's invented graduates have.
const maxPerSchool = 730*500*100 - reserved

// reserved numbers are for People.
const reserved = 100

// maker invents one graduate after another.
type maker struct {
	o      Options
	rnd    *rand.Rand
	names  names
	majors []major
	stages []stage
	places []placeName
}

func newMaker(seed uint64, o Options) *maker {
	if o.School.Code == "" {
		o.School = School()
	}
	rnd := rand.New(rand.NewPCG(seed, uint64(o.Year))) //nolint:gosec // invented data must repeat, it protects nothing
	return &maker{o: o, rnd: rnd, names: names{rnd}, majors: majors(), stages: stages(), places: places()}
}

// Graduates invents n graduates of one school and year, at most 36,499,900: the
// same for the same seed and options, no two with one 考生号 or ID number. About
// 3% are 结业生.
func Graduates(n int, seed uint64, o Options) iter.Seq[Person] {
	return func(yield func(Person) bool) {
		m := newMaker(seed, o)
		for i := range min(n, maxPerSchool) {
			if !yield(m.person(i)) {
				return
			}
		}
	}
}

// person invents the i-th graduate.
func (m *maker) person(i int) Person {
	major, p, sex := m.majors[m.rnd.IntN(len(m.majors))], m.names.next(), 1+m.rnd.IntN(2)
	s := m.stages[0]
	if k := m.rnd.IntN(10); k > 6 {
		s = m.stages[k-6]
	}
	level, degree := s.level, ""
	if s.degree != "" {
		degree = major.degree + s.degree
	}
	if m.rnd.IntN(100) < 3 {
		level, degree = s.unfinished, ""
	}
	entered := m.o.Year - s.study
	place := m.places[m.rnd.IntN(len(m.places))]
	b := model.Basics{
		ExamNumber: m.examNumber(i, entered), Name: p.name, IDNumber: m.idNumber(i, sex, s),
		Sex: strconv.Itoa(sex), Ethnicity: p.ethnicity, Politics: pick(m.rnd, "03", "03", "03", "13", "01", "02"),
		Level: level, Training: "1", OriginCode: place.code, OriginName: place.name,
		Entered: month(entered, 9), Graduates: month(m.o.Year, 6), Degree: degree,
		College: major.college, Class: major.class + pad(entered%100, 2) + pad(1+m.rnd.IntN(4), 2),
		StudentNumber: pad(entered, 4) + pad(i, 8), MajorCode: major.code, Major: major.name, Years: s.years,
		ArchiveIn: model.Yes, Email: "demo" + pad(i, 8) + "@example.edu.cn", Phone: "1990" + pad(i%10_000_000, 7),
	}
	if p.foreign {
		b.IDNumber, b.OriginCode, b.OriginName = "XX"+pad(i, 7), "", ""
	}
	b.HouseholdIn = model.YesNo(pick(m.rnd, string(model.Yes), string(model.No), string(model.No), string(model.Unknown)))
	if m.rnd.IntN(50) == 0 {
		b.Training, b.Commissioner = "2", "示范省卫生健康委员会"
	}
	person := Person{CohortCode: pad(m.o.Year, 4), SchoolCode: m.o.School.Code, SchoolName: m.o.School.Name, Basics: b}
	if m.rnd.Float64() < m.o.Destinations {
		d := m.destination(b)
		person.Destination, person.ReportedAt = &d, m.o.ReportedAt
	}
	return person
}

// examNumber has 14 digits: the year of entry, 99 for a province that does not
// exist, two digits of the school, and the order.
func (m *maker) examNumber(i, entered int) string {
	return pad(entered%100, 2) + "99" + m.o.School.Code[3:] + pad(i, 8)
}

// idNumber spreads i over birth dates, orders within a day and regions so that
// no number comes twice: 389 has no factor in common with 730.
func (m *maker) idNumber(i, sex int, s stage) string {
	born := time.Date(m.o.Year-s.born, 1, 1+i*389%730, 0, 0, 0, 0, time.UTC)
	region := "99" + m.o.School.Code[3:] + pad(i/(730*500), 2)
	order := 2*(i/730%500) + sex%2
	first := region + born.Format("20060102") + pad(order, 3)
	return first + string(model.IDCheckDigit(first))
}

func month(year, m int) model.Month { return model.Month(pad(year, 4) + pad(m, 2)) }

// pad writes n with at least width digits.
func pad(n, width int) string {
	const zeros = "00000000"
	s := strconv.Itoa(n)
	if len(s) >= width {
		return s
	}
	return zeros[:width-len(s)] + s
}

type placeName struct{ code, name string }

// places are a few regions of GB/T 2260.
func places() []placeName {
	return []placeName{
		{"110101", "北京市东城区"},
		{"110108", "北京市海淀区"},
		{"310104", "上海市徐汇区"},
		{"320102", "江苏省南京市玄武区"},
		{"320505", "江苏省苏州市虎丘区"},
		{"330106", "浙江省杭州市西湖区"},
		{"420111", "湖北省武汉市洪山区"},
		{"440305", "广东省深圳市南山区"},
		{"510107", "四川省成都市武侯区"},
		{"610113", "陕西省西安市雁塔区"},
		{"650102", "新疆维吾尔自治区乌鲁木齐市天山区"},
	}
}
