package readback_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	paper "quxiang/handler/form"
	"quxiang/handler/form/readback"
)

// TestLayers: a page that shows one thing on the screen and another on paper, or
// lets a script of its own choose.
func TestLayers(t *testing.T) {
	f := archive()
	file := drawn(t, f)
	sheet, err := paper.Lay(f, issued, qr)
	if err != nil {
		t.Fatal(err)
	}
	cell := sheet.Cells[slices.IndexFunc(sheet.Cells, func(c paper.Cell) bool { return c.Text == "陈诚" })]
	over := fmt.Sprintf("/OC /oc0 BDC q 1 g %f %f 20 4 re f Q EMC", cell.X+1, paper.PageHeight-cell.Y-cell.H/2-2)
	for name, config := range map[string]string{
		"printed only": "/AS [ << /Event /Print /Category [ /Print ] /OCGs [ 900 0 R ] >> << /Event /View /Category [ /View ] /OCGs [ 900 0 R ] >> ]",
		"off":          "/OFF [ 900 0 R ]",
	} {
		text := plain(t, painted(t, file, over))
		text = strings.Replace(text, "/Type /Catalog", "/OCProperties << /OCGs [ 900 0 R ] /D << "+config+" >> >> /Type /Catalog", 1)
		text = regexp.MustCompile(`/Resources <<`).ReplaceAllString(text, "/Resources << /Properties << /oc0 900 0 R >>")
		i := strings.LastIndex(text, "\nxref")
		last := regexp.MustCompile(`(?m)^(\d+) 0 obj`).FindAllStringSubmatch(text, -1)
		id, _ := strconv.Atoi(last[len(last)-1][1])
		text = text[:i] + "\n%% Original object ID: 900 0\n900 0 obj\n<< /Type /OCG /Name (x) /Usage << /View << /ViewState /OFF >> /Print << /PrintState /ON >> >> >>\nendobj\n" + text[i:]
		text = strings.ReplaceAll(text, "900 0 ", fmt.Sprint(id+1)+" 0 ")
		if _, err := readback.Read(t.Context(), whole(t, text)); !errors.Is(err, readback.ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestMoreThanAPage: a page with a script, and one beside which another file
// lies, which some viewers show first; also where the names are packed away or
// spelt in another way.
func TestMoreThanAPage(t *testing.T) {
	file := drawn(t, archive())
	dir := t.TempDir()
	note := filepath.Join(dir, "note.txt")
	must := func(err error) {
		if err != nil {
			t.Helper()
			t.Fatal(err)
		}
	}
	must(os.WriteFile(note, []byte("x"), 0o600))
	one := filepath.Join(dir, "one.pdf")
	must(os.WriteFile(one, file, 0o600))
	catalog := func(entry string) []byte {
		return whole(t, strings.Replace(plain(t, file), "/Type /Catalog", entry+" /Type /Catalog", 1))
	}
	packed := filepath.Join(dir, "packed.pdf")
	must(os.WriteFile(packed, catalog("/OCProperties << /OCGs [ ] /D << >> >>"), 0o600))
	for name, bad := range map[string][]byte{
		"a script":      catalog("/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"),
		"spelt oddly":   catalog("/OpenAction << /S /Java#53cript /JS (0) >>"),
		"another file":  tool(t, "qpdf", one, "--add-attachment", note, "--", "-"),
		"layers packed": tool(t, "qpdf", "--object-streams=generate", packed, "-"),
	} {
		if _, err := readback.Read(t.Context(), bad); !errors.Is(err, readback.ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	linear := tool(t, "qpdf", "--linearize", "--object-streams=generate", one, "-")
	if r := read(t, linear); !r.AsDrawn {
		t.Error("a file that was only packed anew is refused")
	}
}
