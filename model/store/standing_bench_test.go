package store_test

import (
	"testing"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// BenchmarkStandings is what 办理进度 asks of the database.
func BenchmarkStandings(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...storetest.Option) *store.Store{"sqlite": storetest.Open, "mariadb": storetest.OpenMariaDB} {
		b.Run(name, func(b *testing.B) {
			s := open(b)
			accounts, err := s.CreateAccounts(b.Context(), []model.Account{{CHSIUser: "u1", OpenID: "oBench", BoundAt: start}}, start)
			if err != nil {
				b.Fatal(err)
			}
			r := model.Record{School: model.School{Code: "99001", Origin: model.OriginHere}, Graduate: model.Graduate{
				CohortCode: "2027", SchoolCode: "99001", AccountID: accounts[0], CreatedAt: start, LinkedAt: start,
				Basics: model.Basics{ExamNumber: "27999901000001", Name: "张三", Level: "31", Graduates: "202706"},
			}}
			if _, err := s.CreateRecords(b.Context(), []model.Record{r}, model.BySystem("bench")); err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				got, err := s.Standings(b.Context(), "oBench")
				if err != nil || len(got) != 1 {
					b.Fatal(got, err)
				}
			}
		})
	}
}
