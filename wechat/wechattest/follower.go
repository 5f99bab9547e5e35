package wechattest

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"time"
)

// ErrUnknownPhone is answered for an openid that this account never saw.
var ErrUnknownPhone = errors.New("openid is not known to this account")

// demoFamily are openids that are followers without being created, so that a
// database seeded apart from the simulator finds its people here.
var demoFamily = regexp.MustCompile(`^oDemo\d{7}$`)

// Phone is somebody's WeChat as this account sees it.
type Phone struct {
	OpenID string `json:"openid"`
	// Following says whether the account may write to the phone.
	Following bool `json:"following"`
	// Since is when it began to follow.
	Since time.Time `json:"since,omitzero"`
	// Snapshot says that the phone shows pages as snapshots: OAuth gives a virtual
	// user until its owner taps 使用完整服务.
	Snapshot bool `json:"snapshot"`
	// VirtualID is the openid that OAuth gives while Snapshot holds.
	VirtualID string `json:"-"`
	// Blacklisted says that the account has put it on its blacklist.
	Blacklisted bool `json:"blacklisted"`
	// Refuses says that its owner has switched the account's messages off: they are
	// accepted and then reported as failed:user block.
	Refuses bool `json:"refuses"`
	// Scene is that of the QR code by which it came to follow.
	Scene string `json:"scene"`
	// Platform is the client_platform_type that conditional menus go by: 1 iOS,
	// which is meant by "" too, 2 Android, 3 other.
	Platform string `json:"platform"`
	// Remark is the account's own note.
	Remark string `json:"remark"`
}

// phoneBook is everybody who was met. Guarded by Server.mu.
type phoneBook struct {
	byID  map[string]*Phone
	place map[string]int // index in order
	order []string       // by first meeting
}

func newPhoneBook() phoneBook {
	return phoneBook{byID: map[string]*Phone{}, place: map[string]int{}}
}

// find returns a copy; a member of the demo family need not have been met.
func (b *phoneBook) find(openid string, now time.Time) (Phone, bool) {
	if p := b.byID[openid]; p != nil {
		return *p, true
	}
	if demoFamily.MatchString(openid) {
		return Phone{OpenID: openid, Following: true, Since: now}, true
	}
	return Phone{}, false
}

func (b *phoneBook) put(p Phone) {
	if b.byID[p.OpenID] == nil {
		b.place[p.OpenID] = len(b.order)
		b.order = append(b.order, p.OpenID)
	}
	b.byID[p.OpenID] = &p
}

// change edits a phone in place and reports whether it is known.
func (b *phoneBook) change(openid string, now time.Time, edit func(*Phone)) bool {
	p, known := b.find(openid, now)
	if !known {
		return false
	}
	edit(&p)
	b.put(p)
	return true
}

// latest returns up to n phones, last met first.
func (b *phoneBook) latest(n int) []Phone {
	found := make([]Phone, 0, min(n, len(b.order)))
	for i := len(b.order) - 1; i >= 0 && len(found) < n; i-- {
		found = append(found, *b.byID[b.order[i]])
	}
	return found
}

// AddPhone makes a phone that does not follow the account yet and returns its
// openid: "o" and 27 characters. Of p only Snapshot, Blacklisted,
// Refuses and Platform count.
func (s *Server) AddPhone(p Phone) string {
	made := Phone{OpenID: "o" + randomURLText(27), Snapshot: p.Snapshot, Blacklisted: p.Blacklisted, Refuses: p.Refuses, Platform: p.Platform}
	if made.Snapshot {
		made.VirtualID = "o" + randomURLText(27)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phones.put(made)
	return made.OpenID
}

// Know puts a phone back that an earlier simulator had made, without an event.
func (s *Server) Know(p Phone) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phones.put(p)
}

// AddFollower makes a phone that follows the account, pushes the subscribe event
// and returns the openid once the callback has answered or its tries are used up.
func (s *Server) AddFollower(ctx context.Context, p Phone) (string, error) {
	openid := s.AddPhone(p)
	return openid, s.Follow(ctx, openid)
}

// Follow makes a known phone follow the account and pushes the subscribe event;
// it returns when the callback has answered or its tries are used up. A callback
// that fails is no error: the phone follows all the same.
func (s *Server) Follow(ctx context.Context, openid string) error {
	return s.setFollowing(ctx, openid, "subscribe")
}

// Unfollow ends following and pushes the unsubscribe event, as Follow does.
func (s *Server) Unfollow(ctx context.Context, openid string) error {
	return s.setFollowing(ctx, openid, "unsubscribe")
}

func (s *Server) setFollowing(ctx context.Context, openid, event string) error {
	_, err := s.Push(ctx, Push{OpenID: openid, Event: event})
	if err != nil && !errors.Is(err, ErrNoCallback) {
		return fmt.Errorf("%s: %w", event, err)
	}
	return nil
}

// EndSnapshot is the tap on 使用完整服务: from now on OAuth gives the phone's own
// openid.
func (s *Server) EndSnapshot(openid string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.phones.change(openid, s.now(), func(p *Phone) { p.Snapshot = false }) {
		return ErrUnknownPhone
	}
	return nil
}

// Phone returns what is known of one openid.
func (s *Server) Phone(openid string) (Phone, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.phones.find(openid, s.now())
}

// maxDemo is the last number of the demo family.
const maxDemo = 9_999_999

// MeetDemo lists oDemo0000001 to the n-th of that family among the followers,
// without an event: user/get tells of no member that nobody has met.
func (s *Server) MeetDemo(n int) error {
	if n < 1 || n > maxDemo {
		return fmt.Errorf("demo must be 1 to %d", maxDemo)
	}
	now := s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	for i := 1; i <= n; i++ {
		s.phones.change(fmt.Sprintf("oDemo%07d", i), now, func(*Phone) {})
	}
	return nil
}

// PhoneChange edits a phone without an event; what is nil stays as it is.
type PhoneChange struct {
	OpenID      string `json:"openid"`
	Snapshot    *bool  `json:"snapshot"`
	Blacklisted *bool  `json:"blacklisted"`
	Refuses     *bool  `json:"refuses"`
	// Platform is 1, 2 or 3.
	Platform *string `json:"platform"`
}

// ChangePhone makes the change and returns the phone as it is then.
func (s *Server) ChangePhone(c PhoneChange) (Phone, error) {
	if c.Platform != nil && !slices.Contains(platforms, *c.Platform) {
		return Phone{}, errors.New("platform must be 1, 2 or 3")
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.phones.change(c.OpenID, s.now(), func(p *Phone) {
		if c.Snapshot != nil {
			p.Snapshot = *c.Snapshot
		}
		if p.Snapshot && p.VirtualID == "" {
			p.VirtualID = "o" + randomURLText(27)
		}
		if c.Blacklisted != nil {
			p.Blacklisted = *c.Blacklisted
		}
		if c.Refuses != nil {
			p.Refuses = *c.Refuses
		}
		if c.Platform != nil {
			p.Platform = *c.Platform
		}
	})
	if !known {
		return Phone{}, ErrUnknownPhone
	}
	return *s.phones.byID[c.OpenID], nil
}
