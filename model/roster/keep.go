package roster

import (
	"slices"

	"quxiang/model"
)

// kept says, for every item that a file may have no column for, which columns
// would tell it and how it is taken over. Phone and e-mail are not here: CHSI
// knows them better (model.UpdateBasics). What two columns say together is
// taken over together.
func kept() []struct {
	columns []field
	take    func(to *model.Basics, from model.Basics)
} {
	return []struct {
		columns []field
		take    func(to *model.Basics, from model.Basics)
	}{
		{[]field{ethnicityCode, ethnicity}, func(to *model.Basics, from model.Basics) { to.Ethnicity = from.Ethnicity }},
		{[]field{politicsCode, politics}, func(to *model.Basics, from model.Basics) { to.Politics = from.Politics }},
		{[]field{trainingCode, training}, func(to *model.Basics, from model.Basics) { to.Training = from.Training }},
		{[]field{commissioner}, func(to *model.Basics, from model.Basics) { to.Commissioner = from.Commissioner }},
		{[]field{originCode, origin}, func(to *model.Basics, from model.Basics) {
			to.OriginCode, to.OriginName = from.OriginCode, from.OriginName
		}},
		{[]field{entered}, func(to *model.Basics, from model.Basics) { to.Entered = from.Entered }},
		{[]field{degree}, func(to *model.Basics, from model.Basics) { to.Degree = from.Degree }},
		{[]field{class}, func(to *model.Basics, from model.Basics) { to.Class = from.Class }},
		{[]field{studentNumber}, func(to *model.Basics, from model.Basics) { to.StudentNumber = from.StudentNumber }},
		{[]field{majorCode, major}, func(to *model.Basics, from model.Basics) {
			to.MajorCode, to.Major = from.MajorCode, from.Major
		}},
		{[]field{majorDirection}, func(to *model.Basics, from model.Basics) { to.MajorDirection = from.MajorDirection }},
		{[]field{years}, func(to *model.Basics, from model.Basics) { to.Years = from.Years }},
		{[]field{archiveIn}, func(to *model.Basics, from model.Basics) { to.ArchiveIn = from.ArchiveIn }},
		{[]field{householdIn}, func(to *model.Basics, from model.Basics) { to.HouseholdIn = from.HouseholdIn }},
		{[]field{hardshipCode, hardship}, func(to *model.Basics, from model.Basics) { to.Hardship = from.Hardship }},
		{[]field{teacherCode, teacher}, func(to *model.Basics, from model.Basics) { to.Teacher = from.Teacher }},
	}
}

// Keep is what a row's facts make of those that are known already: an item that
// the file has no column for stays as it was, one whose cell is empty is emptied.
// So the national sheet, which has no 学位 and no 户口是否转入学校, does not wipe
// out what a wider one has told.
func (r *Reader) Keep(row, known model.Basics) model.Basics {
	for _, t := range []struct {
		read  *string
		known string
	}{
		{&row.Name, known.Name},
		{&row.Commissioner, known.Commissioner},
		{&row.OriginName, known.OriginName},
		{&row.Degree, known.Degree},
		{&row.College, known.College},
		{&row.Class, known.Class},
		{&row.StudentNumber, known.StudentNumber},
		{&row.MajorCode, known.MajorCode},
		{&row.Major, known.Major},
		{&row.MajorDirection, known.MajorDirection},
		{&row.Hardship, known.Hardship},
		{&row.Teacher, known.Teacher},
		{&row.Email, known.Email},
	} {
		*t.read = sameAsKnown(*t.read, t.known)
	}
	for _, k := range kept() {
		if !r.tells(k.columns...) {
			k.take(&row, known)
		}
	}
	return row
}

// KeepDestination is Keep for the destination: the national sheet knows no
// 档案转递 and no 户口迁移 either. What was known of another category or unit is
// not carried over to this one.
func (r *Reader) KeepDestination(row, known model.Destination) model.Destination {
	for _, t := range []struct {
		read  *string
		known string
	}{
		{&row.Unit, known.Unit},
		{&row.UnitCode, known.UnitCode},
		{&row.UnitPlace, known.UnitPlace},
		{&row.Note, known.Note},
		{&row.Archive.Unit, known.Archive.Unit},
		{&row.Archive.Place, known.Archive.Place},
		{&row.Archive.Address, known.Archive.Address},
		{&row.Archive.Contact, known.Archive.Contact},
		{&row.Archive.Phone, known.Archive.Phone},
		{&row.Household.Place, known.Household.Place},
	} {
		*t.read = sameAsKnown(*t.read, t.known)
	}
	if row.Category != known.Category || row.Unit != known.Unit {
		return row
	}
	row.HouseholdIn = known.HouseholdIn // no file tells it: it is the graduate's own answer
	if !r.tells(signedOn) {
		row.SignedOn = known.SignedOn
	}
	if !r.tells(note) {
		row.Note = known.Note
	}
	if !r.tells(archiveType, archiveUnit, archivePlace, archiveAddress, archivePostcode, archiveContact, archivePhone) {
		row.Archive = known.Archive
	}
	if !r.tells(householdType, householdPlace) {
		row.Household = known.Household
	}
	return row
}

// tells reports whether the file has one of these columns.
func (r *Reader) tells(columns ...field) bool {
	return slices.ContainsFunc(columns, func(f field) bool { return r.header.at[f] >= 0 })
}

// sameAsKnown is known where read is what reading an export of known gives: what
// a cell cannot hold, such as a line break or a blank at its end, is no change.
func sameAsKnown(read, known string) string {
	if read == known {
		return known
	}
	cell := flat(known)
	if read == clean(cell) || read == clean("'"+cell) || read == unpointed(compact(cell)) {
		return known
	}
	return read
}
