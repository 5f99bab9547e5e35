package main

import (
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Imports    []string
}

// tier says what the packages of a room may import of ours. The longest
// matching name rules.
type tier struct {
	room   string
	may    []string // prefixes of our own packages, without the module's name
	reason string
}

var tiers = []tier{
	{"model", nil, "rules are pure: they import nothing of ours"},
	{"model/codes", []string{"model"}, "code tables are data about model"},
	{"model/form", []string{"model"}, "what stands on a form"},
	{"model/links", []string{"model"}, "addresses of our pages"},
	{"model/demo", []string{"model", "model/codes"}, "invented people obey the rules"},
	{"model/proof", []string{"model"}, "judges uploaded files by their bytes"},
	{"model/roster", []string{"model", "model/codes", "model/demo"}, "the national sheet, read into model"},
	{"model/store", []string{"model", "model/codes", "model/form", "model/links"}, "keeps what model decides"},
	{"model/store/storetest", []string{"model", "model/codes", "model/demo", "model/store"}, "databases for tests"},
	{"config", nil, "a leaf: only cmd knows the settings"},
	{"config/gendoc", []string{"config"}, "writes the manual of config"},
	{"wechat", nil, "a leaf: speaks WeChat's words"},
	{"wechat/wechattest", nil, "the other side of the wire: shares no code with the client"},
	{"handler/cas", nil, "a leaf: speaks CAS"},
	{"handler/cas/castest", nil, "the other side of the wire"},
	{"handler/web", []string{"model", "model/codes", "model/form", "model/links", "model/store"}, "what areas share"},
	{"handler/web/webtest", []string{"handler/web"}, "what the areas' tests share"},
	{"handler/form", []string{"model", "model/codes", "model/form", "model/links"}, "draws forms"},
	{"handler/form/scan", nil, "reads QR codes: knows no form"},
	{"handler/form/readback", []string{"handler/form", "handler/form/scan", "model", "model/form"}, "reads back what handler/form drew"},
	{"handler/callback", areaMay, areaReason},
	{"handler/oauth", areaMay, areaReason},
	{"handler/h5", areaMay, areaReason},
	{"handler/verify", areaMay, areaReason},
	{"handler/admin", areaMay, areaReason},
	{"handler/api", areaMay, areaReason},
	{"job", []string{"model", "model/codes", "model/form", "model/links", "model/roster", "model/store", "wechat"}, "works in the background: knows no page"},
	{"job/upstream", []string{"job", "model", "model/codes", "model/roster", "model/store"}, "what platforms upstream tell, by post or by sheet"},
	{"handler", []string{"handler/web", "model", "model/links", "model/store"}, "mounts areas that cmd hands it"},
	{"cmd", []string{""}, "the only wiring"},
}

var areaMay = []string{
	"handler/web", "handler/form", "handler/cas", "wechat",
	"model", "model/codes", "model/form", "model/links", "model/proof", "model/roster", "model/store",
}

const areaReason = "areas never import each other nor job: long work is a task row"

const module = "quxiang"

// TestImportTiers holds the rooms of docs/architecture.md apart.
func TestImportTiers(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", module+"/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := 0
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		seen++
		room := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		rule, ok := ruleFor(room)
		if !ok {
			t.Errorf("%s has no tier: add it here and to docs/architecture.md", room)
			continue
		}
		for _, imported := range p.Imports {
			ours, is := strings.CutPrefix(imported, module+"/")
			if is && !allowed(rule, room, ours) {
				t.Errorf("%s imports %s, but: %s", room, ours, rule.reason)
			}
			if imported == "github.com/silenceper/wechat/v2" {
				t.Errorf("%s imports the SDK's root package, whose init logs decrypted messages", room)
			}
			if strings.HasPrefix(imported, "gorm.io/") && !strings.HasPrefix(room, "model/store") {
				t.Errorf("%s imports %s: queries live in model/store", room, imported)
			}
		}
	}
	if seen < len(tiers)-2 {
		t.Errorf("go list named %d packages only", seen)
	}
}

func ruleFor(room string) (tier, bool) {
	best, found := tier{}, false
	for _, r := range tiers {
		exact := r.room == room || (r.room == "cmd" && strings.HasPrefix(room, "cmd/"))
		if exact && len(r.room) >= len(best.room) {
			best, found = r, true
		}
	}
	return best, found
}

// allowed: simulators are for tests and cmd alone, config for cmd alone; go list
// names no imports of test files, so what stands here is production code.
func allowed(r tier, room, imported string) bool {
	if strings.HasPrefix(room, "cmd/") {
		return true
	}
	for _, prefix := range r.may {
		if imported == prefix {
			return true
		}
	}
	return false
}
