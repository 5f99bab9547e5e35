package job

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"
)

// purgeStore is what is cleared away in the database.
type purgeStore interface {
	PurgeSessions(ctx context.Context, now time.Time) (int, error)
	PurgeFlows(ctx context.Context, now time.Time) (int, error)
	PurgeTries(ctx context.Context, now time.Time) (int, error)
	PurgeUpstream(ctx context.Context, now time.Time) (int, error)
	PurgeDeskPosts(ctx context.Context, now time.Time) (int, error)
	PurgeMessages(ctx context.Context, before time.Time) (int, error)
	PurgeImports(ctx context.Context, before time.Time) (int, error)
	PurgeProofs(ctx context.Context, before time.Time) (int, error)
	EndBindings(ctx context.Context, days int, now time.Time) (int, error)
	SweepProofs(ctx context.Context, folder int, before time.Time) (int, error)
}

// Purge removes what has ended: sessions, login flows, counted tries, nonces and
// answers of the API, old messages, the files of worked sheets, which
// hold ID numbers in the clear, what imports replaced, and what broken uploads of
// proofs have left.
type Purge struct {
	Store purgeStore
	Now   func() time.Time
	// Dir is the data directory; "" leaves files alone.
	Dir string
	// UploadDays is how many days uploads and the sheets made from them are kept,
	// previews wait for a decision, and imports can be undone; 0 leaves them
	// alone.
	UploadDays int
	// MessageDays is how many days settled messages are kept; 0 leaves them alone.
	MessageDays int
	// UnfollowedDays is how many days the binding of somebody who unfollowed is
	// kept; 0 keeps it.
	UnfollowedDays int
}

// Run removes what has ended by now. One part that fails does not keep the
// others.
func (p *Purge) Run(ctx context.Context) (outcome string, err error) {
	now := p.Now()
	sessions, err1 := p.Store.PurgeSessions(ctx, now)
	flows, err2 := p.Store.PurgeFlows(ctx, now)
	tries, err3 := p.Store.PurgeTries(ctx, now)
	files, err4 := p.files(now)
	messages, err5 := 0, error(nil)
	if p.MessageDays > 0 {
		messages, err5 = p.Store.PurgeMessages(ctx, now.AddDate(0, 0, -p.MessageDays))
	}
	yesterday := now.AddDate(0, 0, -1)
	proofs, err6 := p.Store.PurgeProofs(ctx, yesterday)
	stray, err7 := p.Store.SweepProofs(ctx, int(now.Unix()/(24*3600)), yesterday) // another folder each day
	received, err8 := p.Store.PurgeUpstream(ctx, now)
	imports, err9 := 0, error(nil)
	if p.UploadDays > 0 {
		imports, err9 = p.Store.PurgeImports(ctx, now.AddDate(0, 0, -p.UploadDays))
	}
	posts, err10 := p.Store.PurgeDeskPosts(ctx, now)
	bindings, err11 := 0, error(nil)
	if p.UnfollowedDays > 0 {
		bindings, err11 = p.Store.EndBindings(ctx, p.UnfollowedDays, now)
	}
	if err := errors.Join(err1, err2, err3, err4, err5, err6, err7, err8, err9, err10, err11); err != nil {
		return "", fmt.Errorf("job: purge: %w", err)
	}
	return fmt.Sprintf("清理会话 %d 个、登录流程 %d 个、尝试记录 %d 条、接口请求 %d 条、文件 %d 个、消息 %d 条、导入前的内容 %d 条、取消关注后的绑定 %d 个",
		sessions, flows, tries, received+posts, files+proofs+stray, messages, imports, bindings), nil
}

// files removes regular files below the folder of uploads that have grown old.
// The folder is opened as a root, so that no link leads out of it.
func (p *Purge) files(now time.Time) (removed int, err error) {
	if p.Dir == "" || p.UploadDays <= 0 {
		return 0, nil
	}
	root, err := os.OpenRoot(p.Dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer root.Close() //nolint:errcheck // nothing is written through it
	old := now.AddDate(0, 0, -p.UploadDays)
	entries, err := fs.ReadDir(root.FS(), uploads)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || !info.ModTime().Before(old) {
			continue
		}
		if err := root.Remove(path.Join(uploads, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return removed, err
		}
		removed++
	}
	return removed, nil
}
