package wechattest

import (
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"
)

// Limits of the calls on users (用户管理).
const (
	pageOfUsers   = 10_000 // openids of one page of user/get
	maxUserBatch  = 100    // users of one user/info/batchget
	maxRemark     = 30     // characters of a remark
	maxBlacklists = 20     // openids of one batchblacklist
)

// languages are the values of lang.
var languages = []string{"", "zh_CN", "zh_TW", "en"}

func (s *Server) userEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return map[string]endpoint{
		"/cgi-bin/user/info":                     {get, []string{"openid", "lang"}, true, s.userInfo},
		"/cgi-bin/user/info/batchget":            {post, nil, true, s.userInfos},
		"/cgi-bin/user/info/updateremark":        {post, nil, true, s.remark},
		"/cgi-bin/user/get":                      {get, []string{"next_openid"}, true, s.userList},
		"/cgi-bin/tags/members/getblacklist":     {post, nil, true, s.blacklist},
		"/cgi-bin/tags/members/batchblacklist":   {post, nil, true, func(r request) (any, *apiError) { return s.blacklisting(r, true) }},
		"/cgi-bin/tags/members/batchunblacklist": {post, nil, true, func(r request) (any, *apiError) { return s.blacklisting(r, false) }},
	}
}

// stranger is all that is told of who does not follow.
type stranger struct {
	Subscribe int    `json:"subscribe"`
	OpenID    string `json:"openid"`
	Tags      []int  `json:"tagid_list"`
}

// user is what is told of a follower: no nickname and no portrait, which the
// platform stopped giving in December 2021.
type user struct {
	Subscribe int    `json:"subscribe"`
	OpenID    string `json:"openid"`
	Language  string `json:"language"`
	Since     int64  `json:"subscribe_time"`
	Remark    string `json:"remark"`
	GroupID   int    `json:"groupid"`
	Tags      []int  `json:"tagid_list"`
	Scene     string `json:"subscribe_scene"`
	QRScene   int    `json:"qr_scene"`
	QRText    string `json:"qr_scene_str"`
}

// shape tells of one phone. Needs mu.
func (s *Server) shape(p Phone, lang string) any {
	if !p.Following {
		return stranger{0, p.OpenID, []int{}}
	}
	if lang == "" {
		lang = "zh_CN"
	}
	u := user{
		Subscribe: 1, OpenID: p.OpenID, Language: lang, Since: p.Since.Unix(), Remark: p.Remark,
		Tags: s.tags.of(p.OpenID), Scene: "ADD_SCENE_SEARCH", QRText: p.Scene,
	}
	if len(u.Tags) > 0 {
		u.GroupID = u.Tags[0]
	}
	if p.Scene != "" {
		u.Scene = "ADD_SCENE_QR_CODE"
		if n, isNumber := sceneNumber(p.Scene); isNumber {
			u.QRScene, u.QRText = n, ""
		}
	}
	return u
}

func (s *Server) userInfo(r request) (any, *apiError) {
	lang := r.query.Get("lang")
	if !slices.Contains(languages, lang) {
		return nil, &apiError{code: 40035, detail: "lang " + lang, loud: true}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.phones.find(r.query.Get("openid"), r.now)
	if !known {
		return nil, &apiError{code: 40003}
	}
	return s.shape(p, lang), nil
}

func (s *Server) userInfos(r request) (any, *apiError) {
	var body struct {
		List []struct {
			OpenID string `json:"openid"`
			Lang   string `json:"lang"`
		} `json:"user_list"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	if len(body.List) == 0 || len(body.List) > maxUserBatch {
		return nil, &apiError{code: 40032}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	var found []any
	for _, asked := range body.List {
		p, known := s.phones.find(asked.OpenID, r.now)
		if !known {
			return nil, &apiError{code: 40003}
		}
		if !slices.Contains(languages, asked.Lang) {
			return nil, &apiError{code: 40035, detail: "lang " + asked.Lang, loud: true}
		}
		found = append(found, s.shape(p, asked.Lang))
	}
	return struct {
		List []any `json:"user_info_list"`
	}{found}, nil
}

func (s *Server) remark(r request) (any, *apiError) {
	var body struct {
		OpenID string `json:"openid"`
		Remark string `json:"remark"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(body.Remark) > maxRemark {
		return nil, &apiError{code: 40035, detail: "remark"}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.follower(body.OpenID, r.now); err != nil {
		return nil, err
	}
	s.phones.change(body.OpenID, r.now, func(p *Phone) { p.Remark = body.Remark })
	return nil, nil
}

// openids is how lists of them are wrapped.
type openids struct {
	OpenIDs []string `json:"openid"`
}

// userPage is one page of openids. Calls differ in whether they tell the total.
type userPage struct {
	Total *int     `json:"total,omitempty"`
	Count int      `json:"count"`
	Data  *openids `json:"data,omitempty"`
	Next  string   `json:"next_openid"`
}

// pageOfPhones pages through those who match, in the order of first meeting.
// next_openid is the page's last, on the last page too. Of the demo family only
// those are listed whom something has happened to. Needs mu.
func (s *Server) pageOfPhones(next string, match func(Phone) bool) (userPage, *apiError) {
	from := 0
	if next != "" {
		at, known := s.phones.place[next]
		if !known {
			return userPage{}, &apiError{code: 40003}
		}
		from = at + 1
	}
	total := 0
	p := userPage{Total: &total}
	for i, openid := range s.phones.order {
		if !match(*s.phones.byID[openid]) {
			continue
		}
		total++
		if i < from || p.Count == pageOfUsers {
			continue
		}
		if p.Data == nil {
			p.Data = &openids{}
		}
		p.Data.OpenIDs = append(p.Data.OpenIDs, openid)
		p.Count++
		p.Next = openid
	}
	return p, nil
}

// page answers with a page or its refusal, which a nil of another type is not.
func page(p userPage, failed *apiError) (any, *apiError) {
	if failed != nil {
		return nil, failed
	}
	return p, nil
}

func (s *Server) userList(r request) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return page(s.pageOfPhones(r.query.Get("next_openid"), func(p Phone) bool { return p.Following }))
}

func (s *Server) blacklist(r request) (any, *apiError) {
	var body struct {
		Begin string `json:"begin_openid"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return page(s.pageOfPhones(body.Begin, func(p Phone) bool { return p.Blacklisted }))
}

func (s *Server) blacklisting(r request, blacklisted bool) (any, *apiError) {
	var body struct {
		OpenIDs []string `json:"openid_list"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	if len(body.OpenIDs) == 0 || len(body.OpenIDs) > maxBlacklists {
		return nil, &apiError{code: 40032}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, openid := range body.OpenIDs {
		if _, known := s.phones.find(openid, r.now); !known {
			return nil, &apiError{code: 40003}
		}
	}
	for _, openid := range body.OpenIDs {
		s.phones.change(openid, r.now, func(p *Phone) { p.Blacklisted = blacklisted })
	}
	return nil, nil
}

// sceneNumber tells a scene_id from a scene_str: the book keeps the former with
// a mark that no scene_str may hold.
func sceneNumber(scene string) (int, bool) {
	text, isNumber := strings.CutPrefix(scene, sceneMark)
	if !isNumber {
		return 0, false
	}
	n := 0
	for _, digit := range text {
		n = n*10 + int(digit-'0')
	}
	return n, true
}
