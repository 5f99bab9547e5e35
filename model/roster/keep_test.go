package roster_test

import (
	"testing"

	"quxiang/model"
	"quxiang/model/roster"
)

func TestKeep(t *testing.T) {
	known := model.Basics{Degree: "哲学学士", HouseholdIn: model.Yes, Major: "历史学", MajorCode: "060101"}
	for _, tc := range []struct {
		name    string
		changes []string
		want    model.Basics // of the items above
	}{
		{"no such columns", []string{"学位", "\x00", "户口是否转入学校", "\x00", "专业", "\x00"}, known},
		{"empty cells empty", []string{"学位", "", "户口是否转入学校", "", "专业", "", "专业代码", ""}, model.Basics{}},
		{
			"told anew, code and name together",
			[]string{"学位", "法学学士", "户口是否转入学校", "否", "专业", "法学"},
			model.Basics{Degree: "法学学士", HouseholdIn: model.No, Major: "法学"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			r, row := first(t, with(tc.changes...))
			got := r.Keep(row.Basics, known)
			if got.Degree != tc.want.Degree || got.HouseholdIn != tc.want.HouseholdIn || got.Major != tc.want.Major || got.MajorCode != tc.want.MajorCode {
				t.Errorf("%+v", got)
			}
			if got.Name != "张强" || got.ExamNumber != "23110101110001" {
				t.Errorf("the row itself is lost: %+v", got)
			}
		})
	}
}

func TestKeepDestination(t *testing.T) {
	archive := model.ArchiveTransfer{Type: "unit", Unit: "某处"}
	household := model.HouseholdTransfer{Type: "unit", Place: "北京市海淀区"}
	known := model.Destination{Category: "10", Unit: "甲公司", Archive: archive, Household: household, HouseholdIn: model.Yes}
	same := model.Destination{Category: "10", Unit: "甲公司", JobKind: "29"}
	r, _ := first(t, with())
	if got := r.KeepDestination(same, known); got.Archive != archive || got.Household != household || got.HouseholdIn != model.Yes || got.JobKind != "29" {
		t.Errorf("without the columns: %+v", got)
	}
	other := model.Destination{Category: "10", Unit: "乙公司"}
	if got := r.KeepDestination(other, known); got != other {
		t.Errorf("of another unit: %+v", got)
	}
	r, _ = first(t, with("档案转递类型", "", "户口迁移所在地", ""))
	if got := r.KeepDestination(same, known); got.HasArchive() || got.HasHousehold() {
		t.Errorf("with empty cells: %+v", got)
	}
}

// first opens a CSV of one row and reads it.
func first(t *testing.T, row map[string]string) (*roster.Reader, roster.Row) {
	t.Helper()
	r := open(t, file(t, "r.csv", csvText(t, grid(row))))
	rows := readAll(t, r)
	if len(rows) != 1 || len(rows[0].Faults) > 0 {
		t.Fatalf("%+v", rows)
	}
	return r, rows[0]
}
