package job

import (
	"quxiang/model"
	"quxiang/model/roster"
)

// sampleRows is how many rows of each kind a page shows.
const sampleRows = 100

// sample collects the first rows of a preview, for a page. A nil sample
// collects nothing.
type sample struct{ model.ImportSample }

func (s *sample) change(row roster.Row, changes []model.FieldChange) {
	if s == nil || len(s.Changed) == sampleRows {
		return
	}
	s.Changed = append(s.Changed, model.ImportSampleRow{Line: row.Line, ExamNumber: row.Basics.ExamNumber, Name: row.Basics.Name, Changes: changes})
}

func (s *sample) refuse(row roster.Row, why string) {
	if s == nil || len(s.Refused) == sampleRows {
		return
	}
	s.Refused = append(s.Refused, model.ImportSampleRow{Line: row.Line, Why: why})
}
