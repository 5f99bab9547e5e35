package api

import (
	"encoding/json"
	"net/http"
	"reflect"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/form"
)

// FuzzReadPost: whatever comes, reading never panics; what is taken is what
// encoding/json reads, with every key known, and no more than the limit.
func FuzzReadPost(f *testing.F) {
	item, err := json.Marshal(NewItem("2027", "23990101150001", "张三", model.Destination{Category: "10", Unit: "公司"}, time.Unix(1_800_000_000, 0)))
	if err != nil {
		f.Fatal(err)
	}
	for _, seed := range []string{
		`{"destinations":[` + string(item) + `]}`, `{"destinations":[null,{}]}`, `{"destinations":[],"destinations":[1]}`, `{"Destinations":[{}]}`,
		`{"destinations":[{"destination":{"archive":{"type":"agency"}}}]} x`, "[[[[[[[[[[", `{"deſtinations":[{}]}`, "\xff", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		items, err := readPost(body)
		if err != nil {
			if model.CodeOf(err) != model.CodeInvalid || items != nil {
				t.Fatalf("%v with %d items", err, len(items))
			}
			return
		}
		if len(items) == 0 || len(items) > maxItems {
			t.Fatalf("%d items", len(items))
		}
		var plain struct {
			Destinations []Item `json:"destinations"`
		}
		if err := json.Unmarshal(body, &plain); err != nil || len(plain.Destinations) != len(items) {
			t.Fatalf("taken, but encoding/json says %v of %d", err, len(plain.Destinations))
		}
		for i, it := range items {
			if !reflect.DeepEqual(it, plain.Destinations[i].item()) {
				t.Fatalf("item %d differs", i)
			}
			if it.Fault != nil && (it.Fault.Field == "" || it.Fault.Message == "") {
				t.Fatalf("item %d: %+v", i, it.Fault)
			}
		}
	})
}

// FuzzReadChecks: whatever comes, reading never panics; what is taken is what
// encoding/json reads, and each check has what the register is asked with, or
// one fault that can be told.
func FuzzReadChecks(f *testing.F) {
	for _, seed := range []string{
		`{"checks":[{"id":"row-1","kind":"archive","name":"阿依古丽·买买提","number":"2799002AAAAAAAA"}]}`,
		`{"checks":[{"qr":"HTTPS://DJ.EXAMPLE.EDU.CN/V/AEBC"},null,1,"x",{"kind":1}]}`, `{"checks":[{"kind":"archive","kind":"x"}]}`,
		`{"checks":[],"checks":[1]}`, `{"Checks":[{}]}`, `{"checks":[[[[[[[[[[[[]]]]]]]]]]]]}`, `{"checks":[{"name":"\ud83d"}]}`, `{"checks":null}`, "[[[[", "\xff", "",
	} {
		f.Add([]byte(seed))
	}
	ring := form.Ring{}
	key := model.DeskKey{Kinds: model.FormKinds(), Desk: model.Desk{Kinds: model.FormKinds()}}
	f.Fuzz(func(t *testing.T, body []byte) {
		checks, err := readChecks(body)
		if err != nil {
			if model.CodeOf(err) != model.CodeInvalid || checks != nil {
				t.Fatalf("%v with %d checks", err, len(checks))
			}
			return
		}
		var plain struct {
			Checks []json.RawMessage `json:"checks"`
		}
		if err := json.Unmarshal(body, &plain); err != nil || len(plain.Checks) != len(checks) || len(checks) == 0 || len(checks) > model.MaxQuestions {
			t.Fatalf("%d taken, but encoding/json says %v of %d", len(checks), err, len(plain.Checks))
		}
		for i, c := range checks {
			a := c.ask(key, ring, "2027-07-01")
			switch v := a.verdict; {
			case v != nil && (v.Result != ResultInvalid || v.Field == "" || v.Message == "" || v.Code != model.CodeInvalid):
				t.Fatalf("check %d: %+v", i, v)
			case v == nil && (c.fault != nil || !a.question.Kind.Valid() || model.FoldName(a.question.Name) == "" || a.question.Signed):
				t.Fatalf("check %d: %+v", i, a.question)
			}
			if c.fault != nil {
				continue
			}
			var same Check
			if err := json.Unmarshal(plain.Checks[i], &same); err != nil || same != c.Check || !printable(c.ID) {
				t.Fatalf("check %d: %+v is read as %+v, %v", i, same, c.Check, err)
			}
		}
	})
}

// FuzzCredentials: headers that are taken are within their alphabets, so that
// they can go into statements and logs.
func FuzzCredentials(f *testing.F) {
	f.Add("ukABC", "1811901600", "d2c1b5a07e1f4a0c", "76627b412485c03ce5c465826c4ae184b92d8e34593acd8bf67341533cf75184", "batch-0001")
	f.Add("", "-1", "短", "zz", "")
	f.Add("uk\x00A", "99999999999999999999", "                ", "00", "\r\n")
	f.Fuzz(func(t *testing.T, key, timestamp, nonce, signature, idempotency string) {
		h := http.Header{}
		for name, v := range map[string]string{
			HeaderKey: key, HeaderTimestamp: timestamp, HeaderNonce: nonce, HeaderSignature: signature, HeaderIdempotency: idempotency,
		} {
			h.Set(name, v)
		}
		c, err := readCredentials(h)
		if err != nil {
			return
		}
		if c.key != key || c.nonce != nonce || c.idempotency != idempotency || len(c.mac) != 32 || c.at.IsZero() ||
			!printable(c.key) || !printable(c.nonce) || !printable(c.timestamp) {
			t.Fatalf("%+v", c)
		}
	})
}
