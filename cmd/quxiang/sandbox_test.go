package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"

	"quxiang/wechat/wechattest"
)

// A folder that is used again keeps its people, its roster and the phones that
// follow.
func TestSandboxGoesOnWhereItWas(t *testing.T) {
	dir := t.TempDir()
	sheet := filepath.Join(dir, "roster.csv")
	root := newRoot()
	root.SetArgs([]string{"import", "sample", sheet, "--rows", "10"})
	if err := root.ExecuteContext(t.Context()); err != nil {
		t.Fatal(err)
	}
	start := func() (*sandbox, string) {
		t.Helper()
		var out, logs bytes.Buffer
		s, err := startSandbox(t.Context(), sandboxOptions{
			addr: "127.0.0.1:0", wechatAddr: "127.0.0.1:0", chsiAddr: "127.0.0.1:0", dir: filepath.Join(dir, "sandbox"), now: june, roster: sheet,
		}, &out, &logs)
		if err != nil {
			t.Fatalf("%v\n%s", err, logs.String())
		}
		t.Cleanup(func() { _ = s.stop(context.WithoutCancel(t.Context())) })
		return s, out.String()
	}
	first, out := start()
	if !strings.HasPrefix(out, "imported=10 unchanged=0 refused=0 ") {
		t.Errorf("first start: %s", out)
	}
	stays, err := first.sims.wechat.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	leaves, err := first.sims.wechat.AddFollower(t.Context(), wechattest.Phone{})
	if err != nil {
		t.Fatal(err)
	}
	if err := first.sims.wechat.Unfollow(t.Context(), leaves); err != nil {
		t.Fatal(err)
	}
	if err := first.stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, out := start()
	if !strings.HasPrefix(out, "imported=0 unchanged=10 refused=0 ") {
		t.Errorf("second start: %s", out)
	}
	for openid, follows := range map[string]bool{stays: true, leaves: false} {
		if p, known := second.sims.wechat.Phone(openid); !known || p.Following != follows {
			t.Errorf("phone %+v, known %v; follows should be %v", p, known, follows)
		}
	}
}
