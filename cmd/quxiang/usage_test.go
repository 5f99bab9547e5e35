package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"testing"

	"quxiang/model"
)

// What is wrong on the command line is said before any setting is asked for.
func TestWrongUseIsTold(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.csv")
	for _, c := range []struct {
		args []string
		want error
	}{
		{[]string{"menus"}, errUsage},
		{[]string{"serve", "extra"}, errUsage},
		{[]string{"seed", "--graduates", "0"}, errUsage},
		{[]string{"seed", "--bound", "1.5"}, errUsage},
		{[]string{"seed", "--owing", "-0.1"}, errUsage},
		{[]string{"seed", "--deadline", "31.8.2027"}, errUsage},
		{[]string{"operator", "add", "x", "--role", "boss"}, errUsage},
		{[]string{"operator", "add", "x", "--role", "college", "--school", "99001"}, errUsage},
		{[]string{"operator", "add", "x", "--role", "desk"}, errUsage},
		{[]string{"operator", "add", "x", "--role", "desk", "--department", "d", "--purpose", "p", "--kind", "both"}, errUsage},
		{[]string{"operator", "add", "x", "--role", "menu", "--department", "d"}, errUsage},
		{[]string{"import", "sample", "x.txt"}, errUsage},
		{[]string{"import", "sample", "x.csv", "--rows", "-1"}, errUsage},
		{[]string{"import", "reviews", "x.csv"}, errUsage},
		{[]string{"import", "undo", "x"}, errUsage},
		{[]string{"export", "roster", "x.txt"}, errUsage},
		{[]string{"export", "roster", "x.csv", "--step", "nowhere"}, errUsage},
		{[]string{"sandbox", "--now", "tomorrow"}, errUsage},
		{[]string{"sandbox", "--roster", missing}, fs.ErrNotExist},
		{[]string{"import", "roster", missing}, fs.ErrNotExist},
		{[]string{"import", "contacts", missing}, fs.ErrNotExist},
		{[]string{"import", "units", missing}, fs.ErrNotExist},
	} {
		root := newRoot()
		root.SetArgs(c.args)
		root.SetOut(&bytes.Buffer{})
		root.SetErr(&bytes.Buffer{})
		if err := root.ExecuteContext(t.Context()); !errors.Is(err, c.want) {
			t.Errorf("%v: %v", c.args, err)
		}
	}
}

func TestErrorsAreToldToPeople(t *testing.T) {
	cause := errors.New("UNIQUE constraint")
	for _, c := range []struct {
		err  error
		want string
	}{
		{fmt.Errorf("job: import: %w", model.Invalid("file", "表格是空的。").Because(cause)), "表格是空的。"},
		{model.Errorf(model.CodeConflict, "账号已存在。").Because(cause), "账号已存在。"},
		{fmt.Errorf("store: ping: %w", cause), "store: ping: UNIQUE constraint"},
		{model.Errorf(model.CodeUnavailable, "微信没有应答。").Because(cause), "unavailable: 微信没有应答。: UNIQUE constraint"},
	} {
		if got := told(c.err); got != c.want {
			t.Errorf("told %q, want %q", got, c.want)
		}
	}
}
