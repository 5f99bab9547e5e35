package form_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/form"
)

// TestVerdict: while the form's content is shown, whoever reads it is told to
// compare it with the paper; a receipt of a sample says that it is one.
func TestVerdict(t *testing.T) {
	issued := model.Issued{Authorization: model.Authorization{Kind: model.FormArchive, ValidUntil: "2027-07-31"}}
	issued.Record.Graduate.Basics.Graduates = "202706"
	last := time.Date(2027, 7, 31, 23, 59, 59, 0, model.Shanghai)
	const mark = "（演示样张，不具有任何效力）"
	for _, tc := range []struct {
		at      time.Time
		compare bool
		holds   string
	}{
		{last, true, "真实有效，有效期至2027年7月31日"},
		{last.Add(time.Second), false, "真实，已过期"},
	} {
		v := form.VerdictOf(issued, tc.at)
		for _, scanned := range []bool{false, true} {
			compare := slices.ContainsFunc(v.Genuine(scanned).Notes, func(s string) bool { return strings.Contains(s, "逐项核对") })
			if compare != tc.compare {
				t.Errorf("%v, scanned %t: told to compare: %t", tc.at, scanned, compare)
			}
		}
		for kind, lacks := range map[model.FormKind]string{model.FormArchive: "没有登记档案转递信息", model.FormHousehold: ""} {
			i := issued
			i.Authorization.Kind, i.Authorization.Revision = kind, 1
			i.Record.Revisions = []model.Revision{{Number: 1, Destination: model.Destination{Household: model.HouseholdTransfer{Place: "北京市"}}}}
			notes := strings.Join(form.VerdictOf(i, tc.at).Genuine(false).Notes, "")
			if told := strings.Contains(notes, "没有登记"); told != (tc.compare && lacks != "") || !strings.Contains(notes, lacks) && told {
				t.Errorf("%v, %s: %s", tc.at, kind, notes)
			}
		}
		if v.Holds(false) != tc.holds || v.Holds(true) != tc.holds+mark {
			t.Errorf("%v: %q, %q", tc.at, v.Holds(false), v.Holds(true))
		}
	}
}
