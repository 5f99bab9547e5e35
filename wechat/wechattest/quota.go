package wechattest

import (
	"maps"
	"net/http"
	"time"
)

// zone is the account's: quotas begin anew at its midnight. China keeps no
// summer time, so a fixed offset needs no table.
var zone = time.FixedZone("Asia/Shanghai", 8*60*60)

func dayOf(now time.Time) string { return now.In(zone).Format(time.DateOnly) }

// dailyLimits are the platform's for a new account (接口调用频次限制); where its
// page names none, as for tags, the figure is that of the older calls on groups.
// What is not in it has no daily limit.
var dailyLimits = map[string]int{
	"/cgi-bin/token":                             2_000,
	stableTokenPath:                              500_000,
	"/cgi-bin/ticket/getticket":                  100_000,
	"/cgi-bin/menu/create":                       1_000,
	"/cgi-bin/menu/get":                          10_000,
	"/cgi-bin/menu/delete":                       1_000,
	"/cgi-bin/menu/addconditional":               2_000,
	"/cgi-bin/menu/delconditional":               2_000,
	"/cgi-bin/menu/trymatch":                     20_000,
	"/cgi-bin/get_current_selfmenu_info":         10_000,
	sendPath:                                     100_000,
	"/cgi-bin/template/get_all_private_template": 100_000,
	"/cgi-bin/template/api_add_template":         100_000,
	"/cgi-bin/template/del_private_template":     100_000,
	"/cgi-bin/user/info":                         500_000,
	"/cgi-bin/user/info/batchget":                500_000,
	"/cgi-bin/user/info/updateremark":            10_000,
	"/cgi-bin/user/get":                          500,
	"/cgi-bin/user/tag/get":                      1_000,
	"/cgi-bin/tags/create":                       1_000,
	"/cgi-bin/tags/get":                          1_000,
	"/cgi-bin/tags/update":                       1_000,
	"/cgi-bin/tags/delete":                       1_000,
	"/cgi-bin/tags/getidlist":                    100_000,
	"/cgi-bin/tags/members/batchtagging":         100_000,
	"/cgi-bin/tags/members/batchuntagging":       100_000,
	"/cgi-bin/qrcode/create":                     100_000,
	"/cgi-bin/media/get":                         10_000,
}

// minuteLimits are the calls of a minute; only stable_token's is published.
var minuteLimits = map[string]int{stableTokenPath: 10_000}

const (
	sendPath         = "/cgi-bin/message/template/send"
	stableTokenPath  = "/cgi-bin/stable_token" // #nosec G101 -- an address, not a token
	minuteTimeLayout = "2006-01-02T15:04"
	// clearsPerMonth is how often clear_quota works in a month.
	clearsPerMonth = 10
)

// quotaBook counts the calls of a day and of a minute for each path. Guarded by
// Server.mu.
type quotaBook struct {
	daily, minutely map[string]int // limits
	day, minute     string
	used, recent    map[string]int
	month           string
	cleared         int
}

func newQuotaBook(dailySends int) quotaBook {
	b := quotaBook{daily: maps.Clone(dailyLimits), minutely: maps.Clone(minuteLimits), used: map[string]int{}, recent: map[string]int{}}
	if dailySends > 0 {
		b.daily[sendPath] = dailySends
	}
	return b
}

func (b *quotaBook) turn(now time.Time) {
	if day := dayOf(now); day != b.day {
		b.day = day
		clear(b.used)
	}
	if minute := now.UTC().Format(minuteTimeLayout); minute != b.minute {
		b.minute = minute
		clear(b.recent)
	}
}

// spend counts one call, or refuses it when the day's or the minute's are used up.
// minuteErrcode is the answer to the latter.
func (b *quotaBook) spend(path string, now time.Time, minuteErrcode int) *apiError {
	b.turn(now)
	if limit, limited := b.daily[path]; limited && b.used[path] >= limit {
		return &apiError{code: 45009}
	}
	if limit, limited := b.minutely[path]; limited && b.recent[path] >= limit {
		return &apiError{code: minuteErrcode}
	}
	b.used[path]++
	b.recent[path]++
	return nil
}

// clear begins the day anew, ten times a month.
func (b *quotaBook) clear(now time.Time) *apiError {
	if month := now.In(zone).Format("2006-01"); month != b.month {
		b.month, b.cleared = month, 0
	}
	if b.cleared >= clearsPerMonth {
		return &apiError{code: 48006}
	}
	b.cleared++
	clear(b.used)
	return nil
}

func (s *Server) quotaEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return map[string]endpoint{
		"/cgi-bin/openapi/quota/get": {post, nil, true, s.getQuota},
		"/cgi-bin/openapi/rid/get":   {post, nil, true, s.getRID},
		"/cgi-bin/clear_quota":       {post, nil, true, s.clearQuota},
		"/cgi-bin/clear_quota/v2":    {post, nil, false, s.clearQuotaBySecret},
		"/cgi-bin/getcallbackip":     {get, nil, true, s.addresses},
		"/cgi-bin/get_api_domain_ip": {get, nil, true, s.addresses},
	}
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
	if _, modelled := s.endpoints[body.Path]; !modelled {
		return nil, &apiError{code: 76021}
	}
	s.quota.turn(r.now)
	limit, limited := s.quota.daily[body.Path]
	if !limited {
		return nil, &apiError{code: 76022}
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

// ridMemory is how long the platform tells of a call by its id.
const ridMemory = 7 * 24 * time.Hour

// getRID tells what a refused call was, by the id in its errmsg.
func (s *Server) getRID(r request) (any, *apiError) {
	var body struct {
		RID string `json:"rid"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	call, found := s.calls.byRID(body.RID)
	if !found || r.now.Sub(call.at) > ridMemory {
		return nil, &apiError{code: 76001}
	}
	type told struct {
		At       int64  `json:"invoke_time"`
		Cost     int    `json:"cost_in_ms"`
		URL      string `json:"request_url"`
		Body     string `json:"request_body"`
		Answer   string `json:"response_body"`
		ClientIP string `json:"client_ip"`
	}
	return struct {
		answer
		Request told `json:"request"`
	}{answer{Message: "ok"}, told{call.at.Unix(), 1, call.Path, string(call.Body), string(call.Answer), call.remote}}, nil
}

func (s *Server) clearQuota(r request) (any, *apiError) {
	var body struct {
		AppID string `json:"appid"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	if body.AppID != s.account.AppID {
		return nil, &apiError{code: 40013}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return nil, s.quota.clear(r.now)
}

// clearQuotaBySecret works when even the token's own quota is used up.
func (s *Server) clearQuotaBySecret(r request) (any, *apiError) {
	var body struct {
		AppID  string `json:"appid"`
		Secret string `json:"appsecret"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	if err := s.checkSecret("", "", body.AppID, body.Secret); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return nil, s.quota.clear(r.now)
}

// addresses are those that pushes come from and that the API has.
func (s *Server) addresses(request) (any, *apiError) {
	return struct {
		IPs []string `json:"ip_list"`
	}{[]string{"127.0.0.1"}}, nil
}
