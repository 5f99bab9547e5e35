package upstream

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"strings"

	"quxiang/job"
	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/roster"
	"quxiang/model/store"
)

// sheet is a Delivery of the watched folder.
type sheet struct {
	folder *Folder
	school model.School
	path   string // below working
	report string // where the sheet of refused rows goes
	kind   model.SheetKind
	name   store.UpstreamDelivery
}

// sheet looks at a file in working.
func (f *Folder) sheet(root *os.Root, school model.School, name string) (s *sheet, err error) {
	file, err := root.Open(path.Join(school.Code, working, name))
	if err != nil {
		return nil, fmt.Errorf("upstream: sheet: %w", err)
	}
	content := sha256.New()
	_, err = io.Copy(content, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return nil, fmt.Errorf("upstream: sheet: %w", err)
	}
	named := sha256.Sum256([]byte(name)) // names are of any alphabet and length
	return &sheet{
		folder: f, school: school, path: f.below(school.Code, working, name),
		report: f.below(school.Code, done, strings.TrimSuffix(name, path.Ext(name))+"-refused.xlsx"),
		name: store.UpstreamDelivery{
			Source: "folder/" + school.Code, Name: hex.EncodeToString(named[:]), Digest: hex.EncodeToString(content.Sum(nil)),
		},
	}, nil
}

// Name implements Delivery.
func (s *sheet) Name() store.UpstreamDelivery { return s.name }

// Apply implements Delivery: the importer reads the sheet as it reads every
// other, but by the platform's word.
func (s *sheet) Apply(ctx context.Context, alive func() error) ([]byte, model.Tally, error) {
	if err := s.recognise(); err != nil {
		return nil, model.Tally{}, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	platform := s.school.PlatformName
	if platform == "" {
		platform = "上级平台表格"
	}
	result, err := s.folder.o.Importer.Import(ctx, job.ImportOptions{
		Kind: s.kind, Path: s.path, ReportPath: s.report, By: model.ByUpstream(platform), Scope: model.Scope{SchoolCode: s.school.Code},
		Progress: func(int, int) {
			if err := alive(); err != nil {
				stop(err)
			}
		},
	})
	if err != nil {
		return nil, model.Tally{}, err
	}
	if result.Report != "" {
		result.Report = path.Base(result.Report) // no path of this machine is kept
	}
	answer, err := json.Marshal(result)
	return answer, tallyOf(result), err
}

// recognise says which kind of sheet it is: one with all that a roster needs is
// a roster, anything else has to be a sheet of destinations.
func (s *sheet) recognise() error {
	table, err := s.folder.o.Codes(codes.Default)
	if err != nil {
		return err
	}
	for _, s.kind = range []model.SheetKind{model.SheetRoster, model.SheetDestinations} {
		var reader *roster.Reader
		if reader, err = roster.Open(s.path, roster.Options{Kind: s.kind, Codes: table, School: s.school.Code}); err == nil {
			return reader.Close()
		}
	}
	return err
}

func tallyOf(r model.TaskResult) model.Tally {
	return model.Tally{Accepted: r.Imported, Unchanged: r.Unchanged, Conflict: r.Conflicts, Refused: r.Refused - r.Conflicts}
}

func readResult(answer []byte) (r model.TaskResult, err error) {
	if err := json.Unmarshal(answer, &r); err != nil {
		return r, fmt.Errorf("upstream: stored answer: %w", err)
	}
	return r, nil
}
