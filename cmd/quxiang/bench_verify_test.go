package main

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	sqlitedriver "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"gorm.io/gorm"

	"quxiang/model"
	"quxiang/model/demo"
)

const (
	// verifyLimit is the most that verifying may cost, in what a handler costs
	// that reads one row and inserts one.
	verifyLimit    = 2.5
	verifyRequests = 1500

	bareVerify = "verify" // the bare program; BENCH_ARG: the number
)

var numberTag = regexp.MustCompile(`<data [^>]*value="(\d{7}[2-9A-HJ-NP-Z]{8})"`)

// benchVerify compares name and number that are right, of a form in force, with
// their audit row, as a department without an account sends them, with a gin
// handler that reads one row by its number and inserts one.
func benchVerify(ctx context.Context, b *testing.B, t *benchTable, p *benchProcess, phone *benchPhone) {
	b.Helper()
	form := url.Values{"name": {userIn(demo.StateAuthorised).Person.Basics.Name}}
	found := ""
	for _, m := range numberTag.FindAllStringSubmatch(phone.get(ctx, phone.app+"/h5/authorization").text, -1) {
		form.Set("number", m[1])
		page := phone.do(ctx, http.MethodPost, phone.app+"/verify/archive", "application/x-www-form-urlencoded", form.Encode())
		if found = page.text; strings.Contains(found, "真实有效") {
			break
		}
	}
	if !strings.Contains(found, "真实有效") {
		b.Fatalf("no archive form in force could be verified:\n%s", found)
	}
	body := form.Encode()
	request := func(base string) func(context.Context, int) (*http.Request, error) {
		return func(ctx context.Context, _ int) (*http.Request, error) {
			r, err := http.NewRequestWithContext(ctx, http.MethodPost, base+"/verify/"+string(model.FormArchive), strings.NewReader(body))
			if err == nil {
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			}
			return r, err
		}
	}
	plain, base := startBare(ctx, b, bareVerify, form.Get("number"))
	ours, bare := newBenchTarget(p, request(phone.app)), newBenchTarget(plain, request(base))
	mine, theirs := compare(b, benchRounds,
		func() (time.Duration, error) { return ours.round(ctx, verifyRequests) },
		func() (time.Duration, error) { return bare.round(ctx, verifyRequests) })
	t.ratio("verification in force, with its audit row, CPU a request", mine, theirs, verifyLimit)
}

// bareForm is the row that the bare program reads, bareLook the one it inserts.
type bareForm struct {
	ID     int64
	Number string `gorm:"uniqueIndex"`
	Name, Kind, School, Unit, Until,
	CreatedAt, RevokedAt string
}

type bareLook struct {
	ID                          int64
	FormID, At                  int64
	Kind, Way, Network, Request string
}

// bareVerification is a gin handler with GORM as it comes on the same kind of
// database: it reads the form of a number, compares the name, inserts a row and
// says yes.
func bareVerification(number string) (http.Handler, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	pool, err := sqlitedriver.Open("file:" + filepath.Join(dir, "bare.db") + "?_pragma=journal_mode(WAL)&_txlock=immediate&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, err
	}
	db, err := gorm.Open(gormlite.OpenDB(pool), &gorm.Config{})
	if err != nil {
		return nil, err
	}
	row := bareForm{Number: number, Name: userIn(demo.StateAuthorised).Person.Basics.Name, Kind: "archive", School: "示范大学", Unit: "示范科技有限公司", Until: "2027-12-31"}
	if err := errors.Join(db.AutoMigrate(&bareForm{}, &bareLook{}), db.Create(&row).Error); err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.POST("/verify/archive", func(c *gin.Context) {
		var f bareForm
		tx := db.WithContext(c.Request.Context())
		if err := tx.Where("number = ?", c.PostForm("number")).Take(&f).Error; err != nil || f.Name != c.PostForm("name") {
			c.Status(http.StatusNotFound)
			return
		}
		look := bareLook{FormID: f.ID, At: time.Now().UnixMilli(), Kind: f.Kind, Way: "number", Network: "127.0.0.0/24", Request: "0123456789abcdef"}
		if err := tx.Create(&look).Error; err != nil {
			c.Status(http.StatusInternalServerError)
			return
		}
		c.JSON(http.StatusOK, f)
	})
	return r, nil
}
