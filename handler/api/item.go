package api

import (
	"strings"
	"time"

	"quxiang/model"
)

// Item is one destination of a post.
type Item struct {
	ExamNumber  string          `json:"exam_number"`
	Cohort      string          `json:"cohort"`
	Name        string          `json:"name,omitempty"`
	ReportedAt  string          `json:"reported_at"`
	ExternalID  string          `json:"external_id,omitempty"`
	Destination destinationBody `json:"destination"`
}

type destinationBody struct {
	Category    string        `json:"category"`
	SubCategory string        `json:"sub_category,omitempty"`
	Unit        string        `json:"unit,omitempty"`
	UnitCode    string        `json:"unit_code,omitempty"`
	UnitKind    string        `json:"unit_kind,omitempty"`
	Industry    string        `json:"industry,omitempty"`
	UnitPlace   string        `json:"unit_place,omitempty"`
	JobKind     string        `json:"job_kind,omitempty"`
	SignedOn    string        `json:"signed_on,omitempty"`
	Note        string        `json:"note,omitempty"`
	HouseholdIn string        `json:"household_in,omitempty"`
	Archive     archiveBody   `json:"archive,omitzero"`
	Household   householdBody `json:"household,omitzero"`
}

type archiveBody struct {
	Type     string `json:"type,omitempty"`
	Unit     string `json:"unit,omitempty"`
	Place    string `json:"place,omitempty"`
	Address  string `json:"address,omitempty"`
	Postcode string `json:"postcode,omitempty"`
	Contact  string `json:"contact,omitempty"`
	Phone    string `json:"phone,omitempty"`
}

type householdBody struct {
	Type  string `json:"type,omitempty"`
	Place string `json:"place,omitempty"`
}

// NewItem is what a platform posts about a graduate: for those who try the API
// with a sheet.
func NewItem(cohort, exam, name string, d model.Destination, reportedAt time.Time) Item {
	return Item{
		ExamNumber: exam, Cohort: cohort, Name: name, ReportedAt: reportedAt.Format(time.RFC3339),
		Destination: destinationBody{
			Category: d.Category, SubCategory: d.SubCategory, Unit: d.Unit, UnitCode: d.UnitCode, UnitKind: d.UnitKind, Industry: d.Industry,
			UnitPlace: d.UnitPlace, JobKind: d.JobKind, SignedOn: string(d.SignedOn), Note: d.Note, HouseholdIn: string(d.HouseholdIn),
			Archive: archiveBody{
				Type: d.Archive.Type, Unit: d.Archive.Unit, Place: d.Archive.Place, Address: d.Archive.Address,
				Postcode: d.Archive.Postcode, Contact: d.Archive.Contact, Phone: d.Archive.Phone,
			},
			Household: householdBody{Type: d.Household.Type, Place: d.Household.Place},
		},
	}
}

// item is the line as the rules take it, with the Fault of what cannot be one.
func (b Item) item() model.UpstreamItem {
	d := b.Destination
	it := model.UpstreamItem{CohortCode: b.Cohort, ExamNumber: b.ExamNumber, Incoming: model.Incoming{
		Name: b.Name,
		Destination: model.Destination{
			Category: d.Category, SubCategory: d.SubCategory, Unit: d.Unit, UnitCode: d.UnitCode, UnitKind: d.UnitKind, Industry: d.Industry,
			UnitPlace: d.UnitPlace, JobKind: d.JobKind, Note: d.Note, HouseholdIn: model.YesNo(d.HouseholdIn),
			Archive: model.ArchiveTransfer{
				Type: d.Archive.Type, Unit: d.Archive.Unit, Place: d.Archive.Place, Address: d.Archive.Address,
				Postcode: d.Archive.Postcode, Contact: d.Archive.Contact, Phone: d.Archive.Phone,
			},
			Household: model.HouseholdTransfer{Type: d.Household.Type, Place: d.Household.Place},
		},
	}}
	if len(b.ExternalID) <= 64 && printable(b.ExternalID) {
		it.ExternalID = b.ExternalID
	} else {
		it.Fault = model.Invalid("external_id", "external_id 应为不超过 64 个的半角字符。")
	}
	fault := func(bad bool, field, format string, args ...any) {
		if bad && it.Fault == nil {
			it.Fault = model.Invalid(field, format, args...)
		}
	}
	fault(!made(b.Cohort, 4, 4, digit), "cohort", "请填写毕业年份，四位数字，例如 2027。")
	fault(b.ExamNumber == "" || len(b.ExamNumber) > 32 || !printable(b.ExamNumber), "exam_number", "请填写考生号。")
	fault(len(b.Name) > 240, "name", "姓名过长，请核对。")
	fault(strings.ContainsFunc(b.Name, model.Unseen), "name", "姓名含有看不见的字符，请核对。")
	var err error
	it.Incoming.ReportedAt, err = time.Parse(time.RFC3339, b.ReportedAt)
	fault(err != nil, "reported_at", "上报时间应写成 2027-06-01T09:00:00+08:00 的形式。")
	if d.SignedOn != "" {
		it.Incoming.Destination.SignedOn, err = model.ParseDate(d.SignedOn)
		fault(err != nil, "destination.signed_on", "签约日期应写成 2027-06-01 的形式。")
	}
	switch it.Incoming.Destination.HouseholdIn {
	case model.Unknown, model.Yes, model.No:
	default:
		fault(true, "destination.household_in", "户口是否转入学校应为 yes 或 no，不清楚时请省略。")
	}
	for _, text := range []string{
		b.Name, d.Unit, d.UnitPlace, d.Note, d.Archive.Unit, d.Archive.Place, d.Archive.Address, d.Archive.Contact, d.Archive.Phone, d.Household.Place,
	} {
		// What is left of an escape that is half a character.
		fault(strings.ContainsRune(text, '\uFFFD'), "destination", "含有不能识别的字符，请检查编码。")
	}
	return it
}

// printable reports whether s is ASCII without blanks.
func printable(s string) bool {
	return strings.IndexFunc(s, func(c rune) bool { return c <= ' ' || c > '~' }) < 0
}
