package store

import (
	"sync"
	"time"

	"quxiang/model"
)

// maxContactSchools bounds the schools whose contacts are kept in memory.
const maxContactSchools = 1000

// contactCopy keeps the contacts of schools in memory: every page names the
// nearest. Like a reference, a copy is used for referenceLife.
type contactCopy struct {
	now func() time.Time

	mu      sync.Mutex
	schools map[string]schoolContacts
}

type schoolContacts struct {
	list   []model.Contact
	loaded time.Time
}

// get returns the contacts of a school if the copy is fresh. The caller must
// not change them.
func (c *contactCopy) get(school string) ([]model.Contact, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.schools[school]
	age := c.now().Sub(s.loaded) // negative when the sandbox's clock was set back
	return s.list, ok && age >= 0 && age < referenceLife
}

func (c *contactCopy) put(school string, list []model.Contact) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.schools == nil || len(c.schools) >= maxContactSchools {
		c.schools = map[string]schoolContacts{}
	}
	c.schools[school] = schoolContacts{list: list, loaded: c.now()}
}

func (c *contactCopy) forget(school string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.schools, school)
}
