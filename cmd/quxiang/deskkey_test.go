package main

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"quxiang/handler/api"
	"quxiang/model"
	"quxiang/model/demo"
)

// TestDeskKeys: a department's program checks a form with a key that the command
// made, until the command revokes it.
func TestDeskKeys(t *testing.T) {
	s := boot(t, "", june)
	t.Setenv("QUXIANG_DATABASE", s.app.cfg.Database.Reveal())
	t.Setenv("QUXIANG_KEY_FILE", filepath.Join(s.dir, "keys.yml"))
	if out, err := quxiang(t, "operator", "add", "counter1", "--role", "desk", "--department", "示范人才中心", "--purpose", "接收档案", "--kind", "archive"); err != nil {
		t.Fatalf("%s, %v", out, err)
	}
	for _, wrong := range [][]string{{"nobody"}, {"counter1", "--kind", "household"}, {"counter1", "--per-minute", "0"}} {
		if out, err := quxiang(t, append([]string{"desk", "key", "add"}, wrong...)...); err == nil || strings.Contains(out, "secret=") {
			t.Errorf("%v: %s, %v", wrong, out, err)
		}
	}
	out, err := quxiang(t, "desk", "key", "add", "counter1", "--per-day", "9")
	m := regexp.MustCompile(`^key=(\S+) account=counter1 secret=(\S+)\n$`).FindStringSubmatch(out)
	if err != nil || m == nil {
		t.Fatalf("%q, %v", out, err)
	}
	key, secret := m[1], m[2]

	var holder model.Record
	for _, p := range demo.People(demoYear(s.clock.Now())) {
		if p.State == demo.StateAuthorised {
			found, err := s.app.store.FindByExamNumber(t.Context(), p.Person.Basics.ExamNumber)
			if err != nil || len(found) != 1 {
				t.Fatalf("%d found, %v", len(found), err)
			}
			if holder, err = s.app.store.Record(t.Context(), found[0].ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	a := holder.Authorizations[0]
	body, err := json.Marshal(map[string]any{"checks": []map[string]any{{"kind": a.Kind, "name": holder.Graduate.Basics.Name, "number": a.Number}}})
	if err != nil {
		t.Fatal(err)
	}
	post := func(idempotency string) (int, string) {
		t.Helper()
		const path = "/api/v1/verifications"
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.app.cfg.PublicURL+path, bytes.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		timestamp, nonce := strconv.FormatInt(s.clock.Now().Unix(), 10), rand.Text()
		for name, value := range map[string]string{
			"Content-Type": "application/json", api.HeaderKey: key, api.HeaderTimestamp: timestamp, api.HeaderNonce: nonce, api.HeaderIdempotency: idempotency,
			api.HeaderSignature: api.Sign(secret, http.MethodPost, path, timestamp, nonce, idempotency, body),
		} {
			r.Header.Set(name, value)
		}
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, string(text)
	}
	for range 2 {
		if status, text := post("batch-0001"); status != http.StatusOK || !strings.Contains(text, `"result":"in_force"`) || !strings.Contains(text, holder.Graduate.Basics.Name) {
			t.Errorf("%d: %s", status, text)
		}
	}
	seen, err := s.app.store.Verifications(t.Context(), holder.Graduate.ID, 0, 10)
	if err != nil || len(seen) != 1 || seen[0].Way != model.WayAPI || seen[0].Department != "示范人才中心" {
		t.Errorf("%+v, %v", seen, err)
	}
	if out, err := quxiang(t, "desk", "key", "list", "--account", "counter1"); err != nil ||
		!regexp.MustCompile(key+` +counter1 +示范人才中心 +有效 +档案登记信息表 +1000 +9 +1 +1 +1 `).MatchString(out) || strings.Contains(out, secret) {
		t.Errorf("%s, %v", out, err)
	}
	if out, err := quxiang(t, "desk", "key", "revoke", key); err != nil || out != "revoked="+key+"\n" {
		t.Errorf("%s, %v", out, err)
	}
	if status, text := post("batch-0001"); status != http.StatusUnauthorized || strings.Contains(text, holder.Graduate.Basics.Name) {
		t.Errorf("a revoked key: %d %s", status, text)
	}
	if out, err := quxiang(t, "desk", "key", "list"); err != nil || !strings.Contains(out, "已停用") {
		t.Errorf("%s, %v", out, err)
	}
}
