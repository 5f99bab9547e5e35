package store_test

import (
	"testing"

	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

// BenchmarkReceipts is a transaction of forty receipts, new ones each time.
func BenchmarkReceipts(b *testing.B) {
	for name, open := range map[string]func(testing.TB, ...storetest.Option) *store.Store{"sqlite": storetest.Open, "mariadb": storetest.OpenMariaDB} {
		b.Run(name, func(b *testing.B) {
			s, id := open(b), int64(msgID)
			all := make([]store.Receipt, 40)
			b.ReportAllocs()
			for b.Loop() {
				for i := range all {
					id++
					all[i] = store.Receipt{MsgID: id, OpenID: "oBench0123456789012345678901", Status: "success", At: start}
				}
				if err := s.Receipts(b.Context(), all); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
