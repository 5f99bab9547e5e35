package model

// ContactRole is what a contact is.
type ContactRole string

// The two that the guide names (§1, note).
const (
	ContactCounsellor ContactRole = "counsellor" // 辅导员
	ContactOffice     ContactRole = "office"     // 就业指导中心
)

// Chinese names the role.
func (r ContactRole) Chinese() string {
	if r == ContactCounsellor {
		return "辅导员"
	}
	return "就业指导中心"
}

// Contact is whom a graduate asks who cannot go on.
type Contact struct {
	Role       ContactRole
	SchoolCode string
	College    string // "" for the whole school
	Class      string // "" for the whole college
	Name       string
	Phone      string
}

// NearestContact picks, from a school's contacts, the one closest to the
// graduate: class before college before school, and a counsellor before the
// office at the same distance. ok is false when there is none.
func NearestContact(contacts []Contact, g Graduate) (best Contact, ok bool) {
	score := -1
	for _, c := range contacts {
		if c.SchoolCode != g.SchoolCode || (c.College != "" && c.College != g.Basics.College) || (c.Class != "" && c.Class != g.Basics.Class) {
			continue
		}
		s := 0
		if c.College != "" {
			s += 2
		}
		if c.Class != "" {
			s += 4
		}
		if c.Role == ContactCounsellor {
			s++
		}
		if s > score {
			best, score, ok = c, s, true
		}
	}
	return best, ok
}

// OfficeOf picks, from a school's contacts, the employment office that serves
// the whole school: whom departments ask. One of a college is better than none;
// ok is false when there is none at all.
func OfficeOf(contacts []Contact, school string) (office Contact, ok bool) {
	for _, c := range contacts {
		if c.SchoolCode != school || c.Role != ContactOffice {
			continue
		}
		if c.College == "" {
			return c, true
		}
		if !ok {
			office, ok = c, true
		}
	}
	return office, ok
}
