package wechattest

import "time"

// zone is the account's: quotas begin anew at its midnight. China keeps no
// summer time, so a fixed offset needs no table.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

func dayOf(now time.Time) string { return now.In(zone).Format(time.DateOnly) }

// dailyLimits are the platform's for a new account (接口调用频次限制).
var dailyLimits = map[string]int{
	"/cgi-bin/token":                             2_000,
	"/cgi-bin/stable_token":                      500_000,
	"/cgi-bin/ticket/getticket":                  100_000,
	"/cgi-bin/menu/create":                       1_000,
	"/cgi-bin/menu/get":                          10_000,
	"/cgi-bin/menu/delete":                       1_000,
	"/cgi-bin/get_current_selfmenu_info":         10_000,
	sendPath:                                     100_000,
	"/cgi-bin/template/get_all_private_template": 100_000,
	"/cgi-bin/user/info":                         500_000,
	"/cgi-bin/user/get":                          500,
}

const (
	sendPath         = "/cgi-bin/message/template/send"
	stableTokenPath  = "/cgi-bin/stable_token" // #nosec G101 -- an address, not a token
	stablePerMinute  = 10_000
	minuteTimeLayout = "2006-01-02T15:04"
)

// quotaBook counts the calls of a day for each path. Guarded by Server.mu.
type quotaBook struct {
	sends  int
	day    string
	used   map[string]int
	minute string
	stable int
}

func newQuotaBook(dailySends int) quotaBook {
	if dailySends <= 0 {
		dailySends = dailyLimits[sendPath]
	}
	return quotaBook{sends: dailySends, used: map[string]int{}}
}

func (b *quotaBook) limit(path string) (int, bool) {
	if path == sendPath {
		return b.sends, true
	}
	limit, known := dailyLimits[path]
	return limit, known
}

func (b *quotaBook) turn(now time.Time) {
	if day := dayOf(now); day != b.day {
		b.day = day
		clear(b.used)
	}
}

// spend counts one call, or refuses it when the day's are used up.
func (b *quotaBook) spend(path string, now time.Time) *apiError {
	b.turn(now)
	limit, limited := b.limit(path)
	if limited && b.used[path] >= limit {
		return &apiError{code: 45009}
	}
	if path == stableTokenPath {
		if minute := now.UTC().Format(minuteTimeLayout); minute != b.minute {
			b.minute, b.stable = minute, 0
		}
		if b.stable >= stablePerMinute {
			return &apiError{code: 45011}
		}
		b.stable++
	}
	b.used[path]++
	return nil
}

func (s *Server) getQuota(r request) (any, *apiError) {
	var body struct {
		Path string `json:"cgi_path"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	limit, known := s.quota.limit(body.Path)
	if !known {
		return nil, &apiError{code: 76021}
	}
	type quota struct {
		Limit  int `json:"daily_limit"`
		Used   int `json:"used"`
		Remain int `json:"remain"`
	}
	used := s.quota.used[body.Path]
	return struct {
		answer
		Quota quota `json:"quota"`
	}{answer{Message: "ok"}, quota{limit, used, limit - used}}, nil
}
