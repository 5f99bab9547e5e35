package castest

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"slices"
)

// Account is a person who can log in.
type Account struct {
	Username, Password string
	// Name is the person's, shown beside the account.
	Name string
	// State says where in the flow this graduate starts (design §6): new,
	// reported, returned, approved, confirmed, authorised, not_in_roster or
	// any other word. The simulator only shows it.
	State string
	// Attributes are released by /p3/serviceValidate. An account without
	// any shows how a server behaves that gives nothing but a user name.
	Attributes map[string][]string
}

// attributeName is what can be the name of an XML element.
var attributeName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// SetAccounts replaces the accounts. Sessions and tickets of accounts that are
// gone end with them. It refuses an empty or repeated user name, an empty
// password, and an attribute whose name cannot be written in XML.
func (s *Server) SetAccounts(accounts []Account) error {
	own := make([]Account, 0, len(accounts))
	byName := make(map[string]int, len(accounts))
	for i, a := range accounts {
		if a.Username == "" || a.Password == "" {
			return fmt.Errorf("castest: set accounts: account %d has no user name or no password", i)
		}
		if _, twice := byName[a.Username]; twice {
			return fmt.Errorf("castest: set accounts: account %d repeats a user name", i)
		}
		attributes := make(map[string][]string, len(a.Attributes))
		for name, values := range a.Attributes {
			if !attributeName.MatchString(name) {
				return fmt.Errorf("castest: set accounts: account %d: attribute name %q", i, name)
			}
			attributes[name] = slices.Clone(values)
		}
		a.Attributes = attributes
		byName[a.Username] = i
		own = append(own, a)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.accounts, s.byName = own, byName
	return nil
}

// account finds an account; the caller holds the lock. Its Attributes are
// never changed in place, so that they may be read without it.
func (s *Server) account(username string) (Account, bool) {
	i, ok := s.byName[username]
	if !ok {
		return Account{}, false
	}
	return s.accounts[i], true
}

// authenticates compares in constant time. A login server that tells unknown
// names from wrong passwords is no model for anybody, so this one does not.
func (s *Server) authenticates(username, password string) bool {
	s.mu.Lock()
	a, ok := s.account(username)
	s.mu.Unlock()
	return subtle.ConstantTimeCompare([]byte(a.Password), []byte(password)) == 1 && ok
}

// listAccounts is GET /sim/accounts.
func (s *Server) listAccounts(w http.ResponseWriter, _ *http.Request) {
	type row struct {
		Username string `json:"username"`
		Password string `json:"password"`
		Name     string `json:"name"`
		State    string `json:"state"`
	}
	s.mu.Lock()
	rows := make([]row, 0, len(s.accounts))
	for _, a := range s.accounts {
		rows = append(rows, row{a.Username, a.Password, a.Name, a.State})
	}
	s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_ = json.NewEncoder(w).Encode(rows) // a browser that went away
}

// stateLabels are the states of design §6 for people.
var stateLabels = map[string]string{
	"new":           "尚未上报去向",
	"reported":      "已上报，待审核",
	"returned":      "审核退回",
	"approved":      "审核通过，待确认",
	"confirmed":     "已确认，待授权",
	"authorised":    "已授权核验",
	"not_in_roster": "不在毕业生源名单",
	"unfinished":    "结业生，尚未上报去向",
	"upstream":      "去向在上级平台上报，待确认",
	"two_cohorts":   "专升本：有两届的记录",
}

// stateLabel returns a state's label, or the state itself if it has none.
func stateLabel(state string) string {
	if label, ok := stateLabels[state]; ok {
		return label
	}
	return state
}

// attributeNames returns the names in the order in which they are written.
func attributeNames(a Account) []string {
	return slices.Sorted(maps.Keys(a.Attributes))
}
