package store

import (
	"context"
	"slices"
	"strconv"

	"gorm.io/gorm"

	"quxiang/model"
)

const contactsTable = "contacts"

type contactRow struct {
	ID         int64
	UID        string `gorm:"column:uid"`
	Role       string
	SchoolCode string
	College    string
	Class      string
	Name       string
	Phone      []byte
}

func (contactRow) TableName() string { return contactsTable }

// Contacts returns whom graduates of a school can ask, from a copy that is at
// most referenceLife old. Index contacts_school: some hundred rows.
func (s *Store) Contacts(ctx context.Context, school string) ([]model.Contact, error) {
	found, err := s.ContactsOf(ctx, []string{school})
	return found[school], err
}

// ContactsOf is Contacts for many schools: one query for those of which there is
// no fresh copy.
func (s *Store) ContactsOf(ctx context.Context, schools []string) (map[string][]model.Contact, error) {
	found := make(map[string][]model.Contact, len(schools))
	var asked []string
	for _, school := range schools {
		if list, fresh := s.contacts.get(school); fresh {
			found[school] = slices.Clone(list)
		} else if isCode(school) {
			asked = append(asked, school)
			found[school] = []model.Contact{}
		}
	}
	if len(asked) == 0 {
		return found, nil
	}
	var rows []contactRow
	if err := s.read(ctx).Where("school_code IN ?", asked).Order("id").Find(&rows).Error; err != nil {
		return nil, wrap("contacts", err)
	}
	for _, r := range rows {
		phone, err := s.keys.unseal(contactsTable, "phone", r.UID, r.Phone)
		if err != nil {
			return nil, err
		}
		found[r.SchoolCode] = append(found[r.SchoolCode], model.Contact{
			Role: model.ContactRole(r.Role), SchoolCode: r.SchoolCode, College: r.College, Class: r.Class, Name: r.Name, Phone: string(phone),
		})
	}
	for _, school := range asked {
		s.contacts.put(school, slices.Clone(found[school]))
	}
	return found, nil
}

// ReplaceContacts replaces all contacts of a school, whatever school they name.
func (s *Store) ReplaceContacts(ctx context.Context, school string, contacts []model.Contact, by model.Actor) error {
	rows := make([]contactRow, len(contacts))
	for i, c := range contacts {
		r := contactRow{UID: newUID(), Role: string(c.Role), SchoolCode: school, College: c.College, Class: c.Class, Name: c.Name}
		var err error
		if r.Phone, err = s.keys.seal(contactsTable, "phone", r.UID, []byte(c.Phone)); err != nil {
			return err
		}
		rows[i] = r
	}
	defer s.contacts.forget(school)
	return s.tx(ctx, "replace contacts", func(tx *gorm.DB) error {
		if err := tx.Where("school_code = ?", school).Delete(&contactRow{}).Error; err != nil {
			return err
		}
		if len(rows) > 0 {
			fresh := append([]contactRow(nil), rows...)
			if err := tx.CreateInBatches(&fresh, insertBatch).Error; err != nil {
				return err
			}
		}
		return appendAudit(tx, model.Audit{
			At: s.now(), Actor: by, Action: "contact.replace", SchoolCode: school,
			Detail: map[string]string{"contacts": strconv.Itoa(len(rows))},
		})
	})
}
