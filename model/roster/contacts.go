package roster

import (
	"errors"
	"io"
	"slices"
	"strings"

	"quxiang/model"
)

// maxContacts bounds a file of contacts, in bytes packed and unpacked.
const maxContacts = 32 << 20

// ReadContacts reads whom graduates may ask, from XLSX or CSV by the names of
// the columns: 院校代码, and where they hold 学院 and 班级; then either 角色 (辅导员 or
// 就业指导中心), 姓名 and 电话, one contact a row, or 辅导员, 辅导员电话, 就业指导中心 and
// 就业指导中心电话, both in one row. The first fault refuses the file: its error, a
// *model.Error, names row and column.
func ReadContacts(path string) (_ []model.Contact, err error) {
	v := newVocabulary("联系人表", contactColumns(), [][]field{{schoolCode}, {name, counsellor, office}, {contactPhone, counsellorPhone, officePhone}})
	o := Options{MaxBytes: maxContacts, MaxUnzipped: 8 * maxContacts}
	src, h, _, err := openSource(path, o, v)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, src.close()) }()
	c := newLabels(h, contactColumns())
	var contacts []model.Contact
	for {
		raw, err := read(src)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		l := &line{checker: c, row: Row{Line: raw.line, Cells: raw.cells}}
		found := l.contacts()
		if len(l.row.Faults) > 0 {
			return nil, model.Invalid(l.row.Faults[0].Column, "%s", l.row.Faults[0].String())
		}
		for _, one := range found {
			if !slices.Contains(contacts, one) {
				contacts = append(contacts, one)
			}
		}
	}
	if len(contacts) == 0 {
		return nil, model.Invalid("file", "表格只有表头，没有联系人。")
	}
	return contacts, nil
}

// contacts reads the contacts of one row.
func (l *line) contacts() []model.Contact {
	at := model.Contact{SchoolCode: l.schoolCode(), College: l.text(college), Class: l.text(class)}
	if at.Class != "" && at.College == "" {
		l.fault(college, "填了班级就要填学院。")
	}
	var found []model.Contact
	add := func(role model.ContactRole, nameAt, phoneAt field) {
		c := at
		c.Role, c.Name, c.Phone = role, l.text(nameAt), l.dialled(phoneAt)
		if c.Name == "" && l.raw(phoneAt) == "" {
			return
		}
		l.need(nameAt, c.Name)
		l.need(phoneAt, c.Phone)
		found = append(found, c)
	}
	if l.header.at[name] >= 0 {
		add(l.role(), name, contactPhone)
	}
	add(model.ContactCounsellor, counsellor, counsellorPhone)
	add(model.ContactOffice, office, officePhone)
	if len(found) == 0 && len(l.row.Faults) == 0 {
		f := name
		for _, other := range []field{counsellor, office} {
			f = l.present(f, other)
		}
		l.need(f, "")
	}
	return found
}

// role reads what a contact is.
func (l *line) role() model.ContactRole {
	s := l.text(contactRole)
	switch {
	case strings.Contains(s, "辅导员"), s == string(model.ContactCounsellor):
		return model.ContactCounsellor
	case strings.Contains(s, "就业"), s == string(model.ContactOffice):
		return model.ContactOffice
	}
	l.fault(contactRole, "应填“辅导员”或“就业指导中心”，现在是"+quote(s)+"。")
	return ""
}

// dialled reads a phone of any kind: mobile, or with area code and extension.
func (l *line) dialled(f field) string {
	s := l.raw(f)
	if s == "" {
		return ""
	}
	plain := strings.Trim(s, "0123456789-+() （）转,，/")
	if plain != "" || len(s) < 5 || len(s) > 60 {
		l.fault(f, "不是有效的电话号码，请写成 025-12345678 或 11 位手机号码。")
		return ""
	}
	return s
}
