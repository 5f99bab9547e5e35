package upstream

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/codes"
)

// The folders below that of a school.
const (
	working = "working" // taken, not finished
	done    = "done"    // with the sheet of refused rows beside each
	failed  = "failed"  // with the reason beside each
)

const (
	// quiet is how long nobody has written to a sheet that is taken without a
	// marker.
	quiet = 30 * time.Second
	// marker behind a sheet's name says that it is complete.
	marker = ".done"
)

// importer reads sheets into the database.
type importer interface {
	Import(ctx context.Context, o job.ImportOptions) (model.TaskResult, error)
}

// folderStore knows the schools.
type folderStore interface {
	School(ctx context.Context, code string) (model.School, error)
}

// FolderOptions are what a Folder needs.
type FolderOptions struct {
	Dir      string // watched
	Store    folderStore
	Importer importer
	Receiver *Receiver
	Codes    func(version string) (*codes.Table, error)
	Now      func() time.Time
	// Days is how many days finished sheets and reports are kept, which hold ID
	// numbers in the clear; 0 leaves them alone.
	Days   int
	Logger *slog.Logger
}

// Folder takes in the sheets that a platform, or a person, puts into a folder:
// rosters and sheets of destinations, below one folder for each school, named by
// its five digits. A sheet is taken when nobody has written to it for 30 seconds
// of the machine's clock, or when an empty file of its name and ".done" lies
// beside it.
//
// Taking is a rename, which of several replicas one wins; working is a Delivery,
// whose lease runs out when its worker dies. What a crash leaves behind lies in
// working and is found by the next look.
type Folder struct{ o FolderOptions }

// NewFolder returns a Folder.
func NewFolder(o FolderOptions) *Folder {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	return &Folder{o: o}
}

// Run looks once: it takes what is complete, works it, and what was left in the
// middle, and says what came of it. One school's trouble does not keep the
// others.
func (f *Folder) Run(ctx context.Context) (outcome string, err error) {
	root, err := os.OpenRoot(f.o.Dir)
	if err != nil {
		return "", model.Errorf(model.CodeNotFound, "上级数据文件夹打不开，请检查 upstream.folder 和权限。").Because(err)
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return "", fmt.Errorf("upstream: folder: %w", err)
	}
	var look look
	var errs []error
	for _, e := range entries {
		if !e.IsDir() || len(e.Name()) != 5 || strings.Trim(e.Name(), "0123456789") != "" {
			continue
		}
		school, err := f.o.Store.School(ctx, e.Name())
		if model.CodeOf(err) == model.CodeNotFound {
			look.strangers = append(look.strangers, e.Name())
			continue
		}
		if err == nil {
			err = f.school(ctx, root, school, &look)
		}
		if err != nil {
			errs = append(errs, err)
		}
	}
	return look.String(), errors.Join(errs...)
}

// look is what one look found.
type look struct {
	sheets, failed int
	tally          model.Tally
	strangers      []string // folders of no school
}

// String says it to operators.
func (l look) String() string {
	s := fmt.Sprintf("处理表格 %d 个：采用 %d 条、无变化 %d 条、冲突 %d 条、拒绝 %d 条",
		l.sheets, l.tally.Accepted, l.tally.Unchanged, l.tally.Conflict, l.tally.Refused)
	if l.failed > 0 {
		s += fmt.Sprintf("；无法读取 %d 个", l.failed)
	}
	if len(l.strangers) > 0 {
		s += "；没有学校的文件夹：" + strings.Join(l.strangers, "、")
	}
	return s
}

// school works what lies in one school's folder, the oldest name first.
func (f *Folder) school(ctx context.Context, root *os.Root, school model.School, l *look) error {
	for _, dir := range []string{working, done, failed} {
		if err := root.MkdirAll(path.Join(school.Code, dir), 0o750); err != nil {
			return fmt.Errorf("upstream: folder: %w", err)
		}
	}
	if err := f.take(root, school.Code); err != nil {
		return err
	}
	names, err := sheets(root, path.Join(school.Code, working))
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := f.work(ctx, root, school, name, l); err != nil {
			return err
		}
	}
	return f.purge(root, school.Code)
}

// take renames the sheets that are complete into working.
func (f *Folder) take(root *os.Root, dir string) error {
	names, err := sheets(root, dir)
	if err != nil {
		return err
	}
	for _, name := range names {
		from := path.Join(dir, name)
		info, err := root.Lstat(from)
		if errors.Is(err, fs.ErrNotExist) {
			continue // another replica was faster
		}
		if err != nil {
			return fmt.Errorf("upstream: folder: %w", err)
		}
		_, missing := root.Lstat(from + marker)
		if !info.Mode().IsRegular() || (missing != nil && time.Since(info.ModTime()) < quiet) {
			continue
		}
		// The instant makes the name one that no other sheet has had.
		to := path.Join(dir, working, f.o.Now().In(model.Shanghai).Format("20060102-150405.000")+"-"+name)
		if err := root.Rename(from, to); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("upstream: take a sheet: %w", err)
		}
		if missing == nil {
			if err := root.Remove(from + marker); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("upstream: take a sheet: %w", err)
			}
		}
	}
	return nil
}

// sheets are the names of the spreadsheets in a folder, in order. What programs
// hide while they write is left alone.
func sheets(root *os.Root, dir string) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil {
		return nil, fmt.Errorf("upstream: folder: %w", err)
	}
	var names []string
	for _, e := range entries {
		ext := strings.ToLower(path.Ext(e.Name()))
		hidden := strings.HasPrefix(e.Name(), ".") || strings.HasPrefix(e.Name(), "~")
		if !e.IsDir() && !hidden && (ext == ".xlsx" || ext == ".csv") {
			names = append(names, e.Name())
		}
	}
	slices.Sort(names)
	return names, nil
}

// work takes in one sheet and moves it to where it belongs. A sheet that another
// replica works is left to it.
func (f *Folder) work(ctx context.Context, root *os.Root, school model.School, name string, l *look) error {
	s, err := f.sheet(root, school, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // finished by another replica
	}
	if err != nil {
		return err
	}
	answer, err := f.o.Receiver.Receive(ctx, s)
	var fault *model.Error
	switch {
	case errors.Is(err, errBusy):
		return nil
	case err == nil:
		result, err := readResult(answer)
		if err != nil {
			return err
		}
		l.sheets++
		l.add(result)
		return f.finish(root, school.Code, name, done)
	case errors.As(err, &fault) && fault.Code != model.CodeInternal && fault.Code != model.CodeUnavailable:
		f.o.Logger.Warn("sheet from upstream cannot be read", "school", school.Code, "err", err)
		l.failed++
		if err := f.tell(root, path.Join(school.Code, failed, name+".txt"), fault.Message+"\n"); err != nil {
			return err
		}
		return f.finish(root, school.Code, name, failed)
	default:
		return err
	}
}

func (l *look) add(r model.TaskResult) {
	t := tallyOf(r)
	l.tally.Accepted += t.Accepted
	l.tally.Unchanged += t.Unchanged
	l.tally.Conflict += t.Conflict
	l.tally.Refused += t.Refused
}

// finish moves a sheet out of working; its age counts from now on.
func (f *Folder) finish(root *os.Root, school, name, into string) error {
	to := path.Join(school, into, name)
	if err := root.Rename(path.Join(school, working, name), to); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("upstream: put a sheet away: %w", err)
	}
	now := time.Now()
	if err := root.Chtimes(to, now, now); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("upstream: put a sheet away: %w", err)
	}
	return nil
}

// tell writes why a sheet could not be read.
func (f *Folder) tell(root *os.Root, name, why string) error {
	out, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o640)
	if err != nil {
		return fmt.Errorf("upstream: say why a sheet failed: %w", err)
	}
	_, err = io.WriteString(out, why)
	if err := errors.Join(err, out.Close()); err != nil {
		return fmt.Errorf("upstream: say why a sheet failed: %w", err)
	}
	return nil
}

// purge removes what was finished long ago.
func (f *Folder) purge(root *os.Root, school string) error {
	if f.o.Days <= 0 {
		return nil
	}
	old := time.Now().AddDate(0, 0, -f.o.Days) // files carry the machine's time
	for _, dir := range []string{done, failed} {
		entries, err := fs.ReadDir(root.FS(), path.Join(school, dir))
		if err != nil {
			return fmt.Errorf("upstream: purge: %w", err)
		}
		for _, e := range entries {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(old) {
				continue
			}
			if err := root.Remove(path.Join(school, dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return fmt.Errorf("upstream: purge: %w", err)
			}
		}
	}
	return nil
}

// below is a path of the watched folder for those who open files by path.
func (f *Folder) below(elements ...string) string {
	return filepath.Join(append([]string{f.o.Dir}, elements...)...)
}
