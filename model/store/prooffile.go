package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"quxiang/model"
)

// proofFolder is below the data directory.
const proofFolder = "proofs"

// proofFiles names the two files of a proof and the columns that their content
// is tied to. The folders are the first two digits of the uid, which is random:
// 256 of them keep directories short.
func proofFiles(uid string) (folder string, files map[string]string) {
	folder = proofFolder + "/" + uid[:2]
	return folder, map[string]string{"body": folder + "/" + uid, "thumb": folder + "/" + uid + ".t"}
}

// proofRoot opens the data directory, out of which no link leads.
func (s *Store) proofRoot() (*os.Root, error) {
	if s.dir == "" {
		return nil, errors.New("store: proofs: no data directory is set")
	}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("store: proofs: %w", err)
	}
	root, err := os.OpenRoot(s.dir)
	if err != nil {
		return nil, fmt.Errorf("store: proofs: %w", err)
	}
	return root, nil
}

// writeProof writes both files, encrypted, for our user alone, and safe from a
// power failure.
func (s *Store) writeProof(uid string, body, thumb []byte) error {
	root, err := s.proofRoot()
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is written through the handle itself
	folder, files := proofFiles(uid)
	if err := root.MkdirAll(folder, 0o700); err != nil {
		return fmt.Errorf("store: proofs: %w", err)
	}
	for column, plain := range map[string][]byte{"body": body, "thumb": thumb} {
		if len(plain) == 0 {
			continue // a PDF has no thumbnail
		}
		sealed, err := s.keys.seal(proofsTable, column, uid, plain)
		if err != nil {
			return err
		}
		if err := writeNew(root, files[column], sealed); err != nil {
			return fmt.Errorf("store: write proof: %w", err)
		}
	}
	dir, err := root.Open(folder)
	if err != nil {
		return fmt.Errorf("store: write proof: %w", err)
	}
	return errors.Join(dir.Sync(), dir.Close())
}

func writeNew(root *os.Root, name string, content []byte) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(content)
	return errors.Join(err, f.Sync(), f.Close())
}

// readProofFile reads and decrypts one file. One that is missing is
// CodeUnavailable: the row says that it should be there.
func (s *Store) readProofFile(uid string, thumb bool) ([]byte, error) {
	root, err := s.proofRoot()
	if err != nil {
		return nil, err
	}
	defer root.Close() //nolint:errcheck // nothing is written
	column := "body"
	if thumb {
		column = "thumb"
	}
	_, files := proofFiles(uid)
	sealed, err := root.ReadFile(files[column])
	switch {
	case errors.Is(err, fs.ErrNotExist) && thumb:
		return nil, model.Errorf(model.CodeNotFound, "这份证明材料没有缩略图。")
	case errors.Is(err, fs.ErrNotExist):
		return nil, model.Errorf(model.CodeUnavailable, "这份证明材料暂时无法读取，请稍后再试；仍不行的，请联系管理员。").Because(fmt.Errorf("store: read proof: %w", err))
	case err != nil:
		return nil, fmt.Errorf("store: read proof: %w", err)
	}
	return s.keys.unseal(proofsTable, column, uid, sealed)
}

func (s *Store) removeProofFiles(uid string) error {
	root, err := s.proofRoot()
	if err != nil {
		return err
	}
	defer root.Close() //nolint:errcheck // nothing is written
	_, files := proofFiles(uid)
	for _, name := range files {
		if err := root.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("store: remove proof: %w", err)
		}
	}
	return nil
}

// proofFolders is into how many folders the files are spread.
const proofFolders = 256

// SweepProofs removes files that no row knows from one of the folders, those
// last written before an instant, and returns how many. None come about while
// the program runs; a database that was restored from a backup leaves the files
// of what came after it. A folder a night keeps the cost of a night small.
func (s *Store) SweepProofs(ctx context.Context, folder int, before time.Time) (int, error) {
	root, err := s.proofRoot()
	if err != nil {
		return 0, err
	}
	defer root.Close() //nolint:errcheck // nothing is written
	dir := fmt.Sprintf("%s/%02x", proofFolder, folder%proofFolders)
	entries, err := fs.ReadDir(root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("store: sweep proofs: %w", err)
	}
	removed := 0
	for part := range slices.Chunk(entries, insertBatch) {
		uids := make([]string, len(part))
		for i, e := range part {
			uids[i], _, _ = strings.Cut(e.Name(), ".")
		}
		var known []string
		if err := s.read(ctx).Model(&proofRow{}).Where("uid IN ?", uids).Pluck("uid", &known).Error; err != nil {
			return removed, wrap("sweep proofs", err)
		}
		for i, e := range part {
			info, err := e.Info()
			if err != nil || !info.Mode().IsRegular() || slices.Contains(known, uids[i]) || !info.ModTime().Before(before) {
				continue
			}
			if err := root.Remove(dir + "/" + e.Name()); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return removed, fmt.Errorf("store: sweep proofs: %w", err)
			}
			removed++
		}
	}
	return removed, nil
}
