package main

import (
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/spf13/cobra"

	"quxiang/handler/web"
	"quxiang/model"
)

// moduleRoot is the module's folder, seen from this package.
const moduleRoot = "../.."

// documents are README, CHANGELOG and all below docs, by path from there.
func documents(t *testing.T) map[string]string {
	t.Helper()
	paths := []string{"README.md", "CHANGELOG.md"}
	err := filepath.WalkDir(filepath.Join(moduleRoot, "docs"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".md" {
			return err
		}
		rel, err := filepath.Rel(moduleRoot, path)
		paths = append(paths, rel)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	for _, path := range paths {
		text, err := os.ReadFile(filepath.Join(moduleRoot, path))
		if err != nil {
			t.Fatal(err)
		}
		texts[path] = string(text)
	}
	if len(texts) < 8 {
		t.Fatalf("only %d documents found", len(texts))
	}
	return texts
}

// TestErrorAnchors holds docs/errors.md and the codes together: one section for
// each, with the status that pages answer.
func TestErrorAnchors(t *testing.T) {
	sections := strings.Split("\n"+documents(t)["docs/errors.md"], "\n## ")[1:]
	statuses := map[model.Code]string{}
	statusLine := regexp.MustCompile(`(?m)^- status: (\d+)$`)
	for _, s := range sections {
		name, body, _ := strings.Cut(s, "\n")
		code := model.Code(name)
		if !slices.Contains(model.ErrorCodes(), code) {
			t.Errorf("docs/errors.md explains %q, which is no code", name)
		}
		if _, twice := statuses[code]; twice {
			t.Errorf("docs/errors.md explains %q twice", name)
		}
		status := statusLine.FindStringSubmatch(body)
		if status == nil {
			t.Errorf("docs/errors.md: %q has no line `- status: N`", name)
			continue
		}
		statuses[code] = status[1]
	}
	for _, code := range model.ErrorCodes() {
		want := strconv.Itoa(web.Status(model.Errorf(code, "")))
		if statuses[code] != want {
			t.Errorf("docs/errors.md says status %q of %s, which is answered %s", statuses[code], code, want)
		}
	}
}

var (
	docFence   = regexp.MustCompile("(?ms)^```[a-z]*\n(.*?)^```")
	docInline  = regexp.MustCompile("`([^`\n]+)`")
	docCommand = regexp.MustCompile(`(?:^|[\s/(])quxiang((?: +-*[a-z][^\s|&>#;)]*)(?: +[^\s|&>#;)]+)*)`)
	docMake    = regexp.MustCompile(`(?:^|\s)make ([a-z]+)`)
	makeTarget = regexp.MustCompile(`(?m)^([a-z]+):`)
)

// codeOf is what a document sets as code, a command a line.
func codeOf(text string) []string {
	var lines []string
	for _, m := range docFence.FindAllStringSubmatch(text, -1) {
		lines = append(lines, strings.Split(strings.ReplaceAll(m[1], "\\\n", " "), "\n")...)
	}
	for _, m := range docInline.FindAllStringSubmatch(docFence.ReplaceAllString(text, ""), -1) {
		lines = append(lines, m[1])
	}
	return lines
}

// TestCommandsInDocuments finds each `quxiang …` and `make …` that documents
// name, with its flags, in the program and the Makefile.
func TestCommandsInDocuments(t *testing.T) {
	makefile, err := os.ReadFile(filepath.Join(moduleRoot, "Makefile"))
	if err != nil {
		t.Fatal(err)
	}
	var targets []string
	for _, m := range makeTarget.FindAllStringSubmatch(string(makefile), -1) {
		targets = append(targets, m[1])
	}
	found := 0
	for path, text := range documents(t) {
		for _, line := range codeOf(text) {
			for _, m := range docCommand.FindAllStringSubmatch(line, -1) {
				found++
				checkCommand(t, path, strings.Fields(m[1]))
			}
			for _, m := range docMake.FindAllStringSubmatch(line, -1) {
				if !slices.Contains(targets, m[1]) {
					t.Errorf("%s: the Makefile has no target for `make %s`", path, m[1])
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("only %d commands found: does this test still see them?", found)
	}
}

func checkCommand(t *testing.T, path string, args []string) {
	t.Helper()
	all := "quxiang " + strings.Join(args, " ")
	c := newRoot()
	for i, arg := range args {
		name, isFlag := strings.CutPrefix(arg, "--")
		switch {
		case isFlag:
			name, _, _ = strings.Cut(name, "=")
			if c.Flags().Lookup(name) == nil {
				t.Errorf("%s: `%s`: %s has no flag --%s", path, all, c.CommandPath(), name)
			}
		case c.HasSubCommands():
			next := child(c, arg)
			if next == nil {
				t.Errorf("%s: `%s`: %s has no command %s", path, all, c.CommandPath(), args[i])
				return
			}
			c = next
		}
	}
}

func child(c *cobra.Command, name string) *cobra.Command {
	for _, sub := range c.Commands() {
		if sub.Name() == name {
			return sub
		}
	}
	return nil
}

var (
	docLink    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	docHeading = regexp.MustCompile(`(?m)^#+ +(.+?) *$`)
)

// TestLinksInDocuments follows every link between documents, and into headings.
func TestLinksInDocuments(t *testing.T) {
	texts := documents(t)
	for path, text := range texts {
		for _, m := range docLink.FindAllStringSubmatch(docFence.ReplaceAllString(text, ""), -1) {
			u, err := url.Parse(m[1])
			if err != nil {
				t.Errorf("%s: link %q: %v", path, m[1], err)
				continue
			}
			if u.Scheme != "" {
				continue
			}
			to := path
			if u.Path != "" {
				to = filepath.Join(filepath.Dir(path), u.Path)
				if _, err := os.Stat(filepath.Join(moduleRoot, to)); err != nil {
					t.Errorf("%s: link %q leads nowhere", path, m[1])
					continue
				}
			}
			if u.Fragment != "" && !slices.Contains(anchors(texts[to]), u.Fragment) {
				t.Errorf("%s: %s has no heading for %q", path, to, u.Fragment)
			}
		}
	}
}

// anchors are the names that headings have for links: lower case, spaces as
// hyphens, punctuation left out.
func anchors(text string) []string {
	var names []string
	for _, m := range docHeading.FindAllStringSubmatch(docFence.ReplaceAllString(text, ""), -1) {
		names = append(names, strings.Map(func(r rune) rune {
			switch {
			case r == ' ':
				return '-'
			case unicode.IsLetter(r), unicode.IsDigit(r), r == '-', r == '_':
				return unicode.ToLower(r)
			}
			return -1
		}, m[1]))
	}
	return names
}
