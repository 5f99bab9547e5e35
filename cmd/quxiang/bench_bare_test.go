package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html/template"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"
	sqlitedriver "github.com/ncruces/go-sqlite3/driver"
	"github.com/ncruces/go-sqlite3/gormlite"
	"github.com/xuri/excelize/v2"
	"gorm.io/gorm"
)

// The environment of a bare program: which one, and what it works on.
const (
	benchChild = "BENCH_CHILD"
	benchArg   = "BENCH_ARG"

	barePage  = "page"  // BENCH_ARG: the page's size in bytes
	barePush  = "push"  // no argument
	bareSheet = "sheet" // BENCH_ARG: the file

	bareInsert = "insert" // BENCH_ARG: the file, whose rows go into a database
)

// bareArgs make the test binary run nothing but BenchmarkTable.
var bareArgs = []string{"-test.run=^$", "-test.bench=^BenchmarkTable$", "-test.benchtime=1x", "-test.timeout=0"}

// bareEnviron chooses a bare program; what it writes goes below dir.
func bareEnviron(child, arg, dir string) []string {
	return []string{benchChild + "=" + child, benchArg + "=" + arg, "TMPDIR=" + dir}
}

func bareProgram(child string) error {
	arg := os.Getenv(benchArg)
	switch child {
	case barePage:
		size, err := strconv.Atoi(arg)
		if err != nil {
			return err
		}
		h, err := bareHome(size)
		if err != nil {
			return err
		}
		return bareServe(h)
	case bareVerify:
		h, err := bareVerification(arg)
		if err != nil {
			return err
		}
		return bareServe(h)
	case barePrint:
		h, err := bareCanvas(arg)
		if err != nil {
			return err
		}
		return bareServe(h)
	case barePush:
		return bareServe(http.HandlerFunc(bareSuccess))
	case bareSheet:
		return bareRows(arg, func([]string) error { return nil })
	case bareInsert:
		return bareInserts(arg)
	default:
		return fmt.Errorf("no bare program %q", child)
	}
}

// bareServe serves until the bench closes the child's standard input.
func bareServe(h http.Handler) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: h}
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Shutdown(context.Background())
	}()
	fmt.Printf("\nlistening %s\n", ln.Addr())
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// bareSuccess is the least that an endpoint for pushes can do.
func bareSuccess(w http.ResponseWriter, r *http.Request) {
	if _, err := io.ReadAll(r.Body); err != nil {
		http.Error(w, "refused", http.StatusBadRequest)
		return
	}
	_, _ = io.WriteString(w, "success")
}

// barePerson is the one row that the bare page reads.
type barePerson struct {
	ID                                                    int64
	Name, School, College, Major, Class, Level, Unit, Day string
	CreatedAt, UpdatedAt                                  int64
}

const bareTemplate = `<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8"><title>{{.Name}}</title></head><body>
<h1>{{.Name}}</h1><p>{{.School}} {{.College}} {{.Major}} {{.Class}} {{.Level}}</p><p>{{.Unit}} {{.Day}} {{.CreatedAt}} {{.UpdatedAt}}</p>
`

// bareHome is a gin handler that reads one row with GORM as it comes, from the
// same kind of database, and draws a page of size bytes.
func bareHome(size int) (http.Handler, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return nil, err
	}
	pool, err := sqlitedriver.Open("file:" + filepath.Join(dir, "bare.db") + "?_pragma=journal_mode(WAL)")
	if err != nil {
		return nil, err
	}
	db, err := gorm.Open(gormlite.OpenDB(pool), &gorm.Config{})
	if err != nil {
		return nil, err
	}
	row := barePerson{
		Name: "林小满", School: "示范大学", College: "计算机科学与技术学院", Major: "软件工程", Class: "软工2301", Level: "本科",
		Unit: "示范科技有限公司", Day: "2027-06-30",
	}
	err = errors.Join(db.AutoMigrate(&barePerson{}), db.Create(&row).Error)
	if err != nil {
		return nil, err
	}
	page, err := bareLayout(row, size)
	if err != nil {
		return nil, err
	}
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.GET("/h5/home", func(c *gin.Context) {
		var p barePerson
		if err := db.WithContext(c.Request.Context()).Take(&p, row.ID).Error; err != nil {
			c.Status(http.StatusInternalServerError)
			return
		}
		var body bytes.Buffer
		if err := page.Execute(&body, p); err != nil {
			c.Status(http.StatusInternalServerError)
			return
		}
		c.Data(http.StatusOK, "text/html; charset=utf-8", body.Bytes())
	})
	return r, nil
}

// bareLayout fills the page up to size bytes with plain text.
func bareLayout(row barePerson, size int) (*template.Template, error) {
	parse := func(fill int) (*template.Template, error) {
		return template.New("page").Parse(bareTemplate + strings.Repeat("x", max(0, fill)) + "</body></html>\n")
	}
	t, err := parse(0)
	if err != nil {
		return nil, err
	}
	var body bytes.Buffer
	if err := t.Execute(&body, row); err != nil {
		return nil, err
	}
	return parse(size - body.Len())
}

// bareRow is a row of a spreadsheet as it stands there: all but what the seven
// empty columns of the national sheet hold.
type bareRow struct {
	ID                                     int64
	C0, C1, C2, C3, C4, C5, C6, C7, C8, C9 string
	D0, D1, D2, D3, D4, D5, D6, D7, D8, D9 string
	E0, E1, E2, E3, E4, E5, E6, E7, E8, E9 string
}

// bareInserts walks the rows of a spreadsheet and puts them into a database with
// GORM as it comes, as many at a time as the program does.
func bareInserts(path string) error {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return err
	}
	pool, err := sqlitedriver.Open("file:" + filepath.Join(dir, "bare.db") + "?_pragma=journal_mode(WAL)")
	if err != nil {
		return err
	}
	db, err := gorm.Open(gormlite.OpenDB(pool), &gorm.Config{})
	if err != nil {
		return err
	}
	if err := db.AutoMigrate(&bareRow{}); err != nil {
		return err
	}
	var batch []bareRow
	insert := func() error {
		err := db.CreateInBatches(&batch, 250).Error
		batch = batch[:0]
		return err
	}
	err = bareRows(path, func(cells []string) error {
		var r bareRow
		for i, to := range []*string{
			&r.C0, &r.C1, &r.C2, &r.C3, &r.C4, &r.C5, &r.C6, &r.C7, &r.C8, &r.C9, &r.D0, &r.D1, &r.D2, &r.D3, &r.D4, &r.D5, &r.D6, &r.D7, &r.D8, &r.D9,
			&r.E0, &r.E1, &r.E2, &r.E3, &r.E4, &r.E5, &r.E6, &r.E7, &r.E8, &r.E9,
		} {
			if i < len(cells) {
				*to = cells[i]
			}
		}
		if batch = append(batch, r); len(batch) == 500 {
			return insert()
		}
		return nil
	})
	if err != nil || len(batch) == 0 {
		return err
	}
	return insert()
}

// bareRows walks the rows of a spreadsheet.
func bareRows(path string, each func([]string) error) (err error) {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, err := f.Rows(f.GetSheetName(0))
	if err != nil {
		return err
	}
	n := 0
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return err
		}
		if err := each(cells); err != nil {
			return err
		}
		n++
	}
	fmt.Printf("\nrows %d\n", n)
	return rows.Close()
}
