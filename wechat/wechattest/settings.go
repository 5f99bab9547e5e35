package wechattest

import (
	"errors"
	"fmt"
	"maps"
	"net"
	"net/http"
	"time"
)

// settings are the choices that POST /sim/settings changes. Guarded by Server.mu.
type settings struct {
	// Tries is how often one push is delivered in all: "three times" can be read as
	// three, or as one and three more.
	Tries int `json:"push_tries"`
	// TimeoutMS is how long the callback may take, in real milliseconds.
	TimeoutMS int64 `json:"push_timeout_ms"`
	// ReceiptDelayMS is how late a receipt of mode late is, in real milliseconds.
	ReceiptDelayMS int64 `json:"receipt_delay_ms"`
	// Duplicate is the errcode that answers a client_msg_id seen within ten minutes;
	// 0 answers ok.
	Duplicate int `json:"duplicate_errcode"`
	// Whitelist are the addresses that may ask for an access token; none means any.
	Whitelist []string `json:"whitelist"`
	// MinuteErrcode answers a call above its minute's limit: 45011, or -1, which is
	// what bulk sends are reported to meet.
	MinuteErrcode int `json:"minute_errcode"`
}

func (s settings) timeout() time.Duration { return time.Duration(s.TimeoutMS) * time.Millisecond }
func (s settings) receiptDelay() time.Duration {
	return time.Duration(s.ReceiptDelayMS) * time.Millisecond
}

// setting returns the present choices.
func (s *Server) setting() settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.set
}

// Settings are changes to the simulator's choices; what is nil stays as it is.
type Settings struct {
	PushTries      *int      `json:"push_tries"`
	PushTimeoutMS  *int64    `json:"push_timeout_ms"`
	ReceiptDelayMS *int64    `json:"receipt_delay_ms"`
	Duplicate      *int      `json:"duplicate_errcode"`
	Whitelist      *[]string `json:"whitelist"`
	MinuteErrcode  *int      `json:"minute_errcode"`
	// DailyLimits and MinuteLimits replace the calls that a day or a minute allows,
	// by path; a negative number takes the limit away.
	DailyLimits  map[string]int `json:"daily_limits"`
	MinuteLimits map[string]int `json:"minute_limits"`
}

// Configure makes the changes, all of them or, with an error, none.
func (s *Server) Configure(c Settings) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	set := s.set
	if c.PushTries != nil {
		set.Tries = *c.PushTries
	}
	if c.PushTimeoutMS != nil {
		set.TimeoutMS = *c.PushTimeoutMS
	}
	if c.ReceiptDelayMS != nil {
		set.ReceiptDelayMS = *c.ReceiptDelayMS
	}
	if c.Duplicate != nil {
		set.Duplicate = *c.Duplicate
	}
	if c.Whitelist != nil {
		set.Whitelist = *c.Whitelist
	}
	if c.MinuteErrcode != nil {
		set.MinuteErrcode = *c.MinuteErrcode
	}
	switch {
	case set.MinuteErrcode != 45011 && set.MinuteErrcode != -1:
		return errors.New("minute_errcode must be 45011 or -1")
	case set.Tries < 1 || set.Tries > maxPushTries:
		return fmt.Errorf("push_tries must be 1 to %d", maxPushTries)
	case set.TimeoutMS < 1 || set.ReceiptDelayMS < 0:
		return errors.New("push_timeout_ms must be positive and receipt_delay_ms not negative")
	}
	for _, address := range set.Whitelist {
		if net.ParseIP(address) == nil {
			return fmt.Errorf("whitelist: %q is no IP address", address)
		}
	}
	for _, limits := range []map[string]int{c.DailyLimits, c.MinuteLimits} {
		for path := range limits {
			if _, modelled := s.endpoints[path]; !modelled {
				return fmt.Errorf("path %q is not modelled", path)
			}
		}
	}
	s.set = set
	change(s.quota.daily, c.DailyLimits)
	change(s.quota.minutely, c.MinuteLimits)
	return nil
}

func change(limits, changes map[string]int) {
	for path, limit := range changes {
		if limit < 0 {
			delete(limits, path)
			continue
		}
		limits[path] = limit
	}
}

// controlSettings shows the choices after it has changed them.
func (s *Server) controlSettings(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		var body Settings
		if !readControl(w, r, &body) {
			return
		}
		if err := s.Configure(body); err != nil {
			writeProblem(w, http.StatusBadRequest, err)
			return
		}
	}
	s.mu.Lock()
	shown := struct {
		settings
		Daily    map[string]int `json:"daily_limits"`
		Minutely map[string]int `json:"minute_limits"`
	}{s.set, maps.Clone(s.quota.daily), maps.Clone(s.quota.minutely)}
	s.mu.Unlock()
	if shown.Whitelist == nil {
		shown.Whitelist = []string{}
	}
	writeJSON(w, http.StatusOK, shown)
}
