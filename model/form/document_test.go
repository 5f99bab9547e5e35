package form_test

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base32"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"quxiang/model"
	"quxiang/model/form"
)

// page is docs/verification.md, whose fenced blocks these tests read.
type page struct {
	t    *testing.T
	text string
}

func specification(t *testing.T) page {
	t.Helper()
	text, err := os.ReadFile("../../docs/verification.md")
	if err != nil {
		t.Fatal(err)
	}
	return page{t, string(text)}
}

var fence = regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```$")

// blocks are the fenced blocks of a language below a heading, up to the next.
func (p page) blocks(heading, language string) []string {
	p.t.Helper()
	_, section, ok := strings.Cut(p.text, "\n"+heading+"\n")
	if !ok {
		p.t.Fatalf("no heading %q", heading)
	}
	var found []string
	outside := fence.ReplaceAllStringFunc(section, func(block string) string { return strings.Repeat(" ", len(block)) })
	if end := strings.Index(outside, "\n#"); end >= 0 {
		section = section[:end]
	}
	for _, m := range fence.FindAllStringSubmatch(section, -1) {
		if m[1] == language {
			found = append(found, m[2])
		}
	}
	if len(found) == 0 {
		p.t.Fatalf("no block %s below %q", language, heading)
	}
	return found
}

// vector is a form of the document with all that it becomes.
type vector struct {
	form                           form.Form
	canonical, digest, hexadecimal string
	text                           string
	issued                         model.Date
	key                            form.SigningKey
}

func (p page) vector(heading string, issued model.Date, key form.SigningKey) vector {
	p.t.Helper()
	var typed struct {
		Kind       model.FormKind
		Number     model.VerificationNumber
		ValidUntil model.Date `json:"valid_until"`
		Sample     bool
		Blocks     []struct {
			Title string
			Rows  [][2]string
		}
	}
	if err := json.Unmarshal([]byte(p.blocks(heading, "json")[0]), &typed); err != nil {
		p.t.Fatal(err)
	}
	f := form.Form{Kind: typed.Kind, Number: typed.Number, ValidUntil: typed.ValidUntil, Sample: typed.Sample}
	for _, b := range typed.Blocks {
		block := form.Block{Title: b.Title}
		for _, r := range b.Rows {
			block.Rows = append(block.Rows, form.Row{Label: r[0], Value: r[1]})
		}
		f.Blocks = append(f.Blocks, block)
	}
	v := vector{form: f, issued: issued, key: key}
	texts := p.blocks(heading, "text")
	v.canonical = texts[0]
	if _, err := fmt.Sscanf(texts[1], "digest=%s\npayload=%s\ntext=%s\n", &v.digest, &v.hexadecimal, &v.text); err != nil {
		p.t.Fatal(err)
	}
	return v
}

// keys are the document's, and the ring that it publishes.
func (p page) keys() (keys []form.SigningKey, ring form.Ring, published string) {
	p.t.Helper()
	for line := range strings.Lines(p.blocks("### Keys", "text")[0]) {
		fields := strings.Fields(line)
		seed, err := hex.DecodeString(fields[0])
		if err != nil {
			p.t.Fatal(err)
		}
		k, err := form.SigningKeyFromSeed(seed)
		if err != nil {
			p.t.Fatal(err)
		}
		if got := hex.EncodeToString(k.Public()); got != fields[1] || k.ID().String() != fields[2] {
			p.t.Errorf("seed %s makes %s, %s", fields[0], got, k.ID())
		}
		keys = append(keys, k)
	}
	published = p.blocks("### Keys", "json")[0]
	ring, issuer, err := form.ReadRing([]byte(published))
	if err != nil || len(keys) != 4 || len(ring) != 3 {
		p.t.Fatal(len(keys), len(ring), err)
	}
	if again, err := ring.Publish(issuer); err != nil || string(again) != published {
		p.t.Errorf("published again, %v:\n%s", err, again)
	}
	return keys, ring, published
}

func (p page) vectors() []vector {
	p.t.Helper()
	keys, _, _ := p.keys()
	return []vector{
		p.vector("### Archive form", "2027-06-30", keys[0]),
		p.vector("### Household form", "2027-06-20", keys[1]),
	}
}

const vectorDay = model.Date("2027-07-01")

func TestVectorsOfTheDocument(t *testing.T) {
	p := specification(t)
	_, ring, _ := p.keys()
	for _, v := range p.vectors() {
		if got := string(v.form.Canonical()); got != v.canonical {
			t.Errorf("canonical bytes\n%s", got)
		}
		digest := v.form.Digest()
		if got := hex.EncodeToString(digest[:]); got != v.digest {
			t.Errorf("digest %s", got)
		}
		text, err := form.Sign(v.form, v.issued, v.key)
		if err != nil || text != v.text {
			t.Errorf("text %s, %v", text, err)
		}
		raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(v.text)
		if err != nil || hex.EncodeToString(raw) != v.hexadecimal {
			t.Errorf("payload %x, %v", raw, err)
		}
		opened, err := ring.Open(v.text, vectorDay)
		if err != nil || !opened.Matches([]byte(v.canonical)) || opened.Issued != v.issued || opened.Number != v.form.Number || opened.ValidUntil != v.form.ValidUntil {
			t.Errorf("%+v, %v", opened, err)
		}
	}
}

// refusal is a line of the document's refused texts.
type refusal struct {
	reason, text, what string
	today              model.Date
}

var reasons = map[string]error{
	"malformed": form.ErrMalformed, "unknown_key": form.ErrUnknownKey, "signature": form.ErrSignature,
	"revoked_key": form.ErrRevokedKey, "key_window": form.ErrKeyWindow, "future": form.ErrFuture,
}

func (p page) refusals() []refusal {
	p.t.Helper()
	var all []refusal
	seen := map[string]bool{}
	for line := range strings.Lines(p.blocks("### Texts that are refused", "text")[0]) {
		fields := strings.Fields(line)
		all = append(all, refusal{reason: fields[0], today: model.Date(fields[1]), text: fields[2], what: strings.Join(fields[3:], " ")})
		seen[fields[0]] = true
	}
	if len(seen) != len(reasons) {
		p.t.Errorf("reasons with an example: %v", seen)
	}
	return all
}

func TestRefusalsOfTheDocument(t *testing.T) {
	p := specification(t)
	_, ring, _ := p.keys()
	encoding := base32.StdEncoding.WithPadding(base32.NoPadding)
	for _, r := range p.refusals() {
		if _, err := ring.Open(r.text, r.today); reasons[r.reason] == nil || !errors.Is(err, reasons[r.reason]) {
			t.Errorf("%s: %v, want %s", r.what, err, r.reason)
		}
		// Where the page calls it signed, nothing but the field is wrong with it.
		if strings.HasPrefix(r.what, "signed, ") {
			raw, err := encoding.DecodeString(r.text)
			if err != nil {
				t.Fatal(err)
			}
			if !ed25519.Verify(ring[0].Public, append([]byte("quxiang-qr/1\n"), raw[:50]...), raw[50:]) {
				t.Errorf("%s: the signature does not fit", r.what)
			}
		}
	}
}

func TestTypedNamesAndNumbersOfTheDocument(t *testing.T) {
	tables := specification(t).blocks("## Names and numbers as people type them", "json")
	var numbers map[string]model.VerificationNumber
	var names map[string]string
	if err := errors.Join(json.Unmarshal([]byte(tables[0]), &numbers), json.Unmarshal([]byte(tables[1]), &names)); err != nil {
		t.Fatal(err)
	}
	if len(numbers) < 5 || len(names) < 5 {
		t.Fatalf("%d numbers, %d names", len(numbers), len(names))
	}
	for typed, want := range numbers {
		if got, ok := form.ParseNumber(typed); got != want || ok != (want != "") {
			t.Errorf("ParseNumber(%q) = %q, %v", typed, got, ok)
		}
	}
	for typed, want := range names {
		if got := model.FoldName(typed); got != want {
			t.Errorf("FoldName(%q) = %q", typed, got)
		}
	}
}

// TestScriptOfTheDocument runs the page's verifier, which shares no code with
// ours, on its vectors, its refused texts, and forms that this program makes.
func TestScriptOfTheDocument(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		if os.Getenv("QUXIANG_TEST_REQUIRE") != "" {
			t.Fatal("node is missing")
		}
		t.Skip("node is missing")
	}
	p, dir := specification(t), t.TempDir()
	write := func(name string, content []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	script := write("verify.mjs", []byte(p.blocks("## A verifier of one page", "js")[0]))
	_, _, published := p.keys()
	keysFile := write("keys.json", []byte(published))
	run := func(args ...string) (string, bool) {
		out, err := exec.CommandContext(t.Context(), node, append([]string{script}, args...)...).Output()
		var exit *exec.ExitError
		if err != nil && !errors.As(err, &exit) {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out)), err == nil
	}
	check := func(keys, text, canonical string, want string, good bool) {
		t.Helper()
		if got, ok := run(keys, "HTTPS://DJ.EXAMPLE.EDU.CN/V/"+text, string(vectorDay), canonical); ok != good || !strings.HasPrefix(got, want) {
			t.Errorf("%s, %v; want %s", got, ok, want)
		}
	}
	vectors := p.vectors()
	for i, v := range vectors {
		right := write("right.txt", []byte(v.canonical))
		other := write("other.txt", []byte(vectors[1-i].canonical))
		said := fmt.Sprintf(" number=%s kind=%s valid_until=%s issued=%s key=%s", v.form.Number, v.form.Kind, v.form.ValidUntil, v.issued, v.key.ID())
		check(keysFile, v.text, right, "signature=valid content=matches"+said, true)
		check(keysFile, v.text, other, "signature=valid content=differs"+said, false)
		check(keysFile, v.text, "", "signature=valid content=not_checked"+said, true)
	}
	for _, r := range p.refusals() {
		if got, ok := run(keysFile, r.text, string(r.today)); ok || got != "signature="+r.reason {
			t.Errorf("%s: %s, %v", r.what, got, ok)
		}
	}
	f, text, ring := signed(t)
	own, err := ring.Publish("示范登记系统")
	if err != nil {
		t.Fatal(err)
	}
	ownKeys := write("own.json", own)
	check(ownKeys, text, write("own.txt", f.Canonical()), "signature=valid content=matches number=2310001EQ86V47B kind=archive", true)
	f.Blocks[0].Rows[0].Value += "城"
	check(ownKeys, text, write("changed.txt", f.Canonical()), "signature=valid content=differs", false)
	check(write("bad.json", bytes.Replace(own, []byte(ring[0].ID().String()), []byte("00000000"), 1)), text, "", "keys=refused", false)
}
