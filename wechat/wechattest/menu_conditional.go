package wechattest

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxDomains is how many domains the links of a conditional menu may have.
const maxDomains = 3

// defaultPlatform is that of a phone of which nobody said another.
const defaultPlatform = "1"

// platforms are the values of client_platform_type: iOS, Android, other.
var platforms = []string{"1", "2", "3"}

// conditionalMenu is seen by those whom its rule matches.
type conditionalMenu struct {
	menu
	ID       int64
	Tag      int // 0 matches all
	Platform string
}

// matchRule is the rule as addconditional takes it. The conditions that WeChat
// no longer takes are named so that they get the errcode of their own.
type matchRule struct {
	Tag      *string `json:"tag_id"`
	Platform *string `json:"client_platform_type"`
	Group    *string `json:"group_id"`
	Sex      *string `json:"sex"`
	Country  *string `json:"country"`
	Province *string `json:"province"`
	City     *string `json:"city"`
	Language *string `json:"language"`
}

func given(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// addConditional adds a menu, which is from then on the first to match.
func (s *Server) addConditional(r request) (any, *apiError) {
	if err := checkEscapes(r.body); err != nil {
		return nil, err
	}
	var body struct {
		menu
		Rule *matchRule `json:"matchrule"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.menu == nil || s.menu.console != nil {
		return nil, &apiError{code: 65303}
	}
	made := conditionalMenu{menu: body.menu}
	if err := s.readRule(body.Rule, &made); err != nil {
		return nil, err
	}
	if err := made.check(); err != nil {
		return nil, err
	}
	full(made.Buttons)
	made.ID = s.nextMenuID()
	s.menu.conditional = slices.Insert(slices.Clone(s.menu.conditional), 0, made)
	return struct {
		ID string `json:"menuid"`
	}{strconv.FormatInt(made.ID, 10)}, nil
}

// readRule needs mu.
func (s *Server) readRule(rule *matchRule, m *conditionalMenu) *apiError {
	if rule == nil {
		return &apiError{code: 65304}
	}
	if given(rule.Sex)+given(rule.Country)+given(rule.Province)+given(rule.City)+given(rule.Language) != "" {
		return &apiError{code: 65320}
	}
	tag := given(rule.Tag)
	if tag == "" {
		tag = given(rule.Group)
	}
	if tag != "" {
		id, err := strconv.Atoi(tag)
		if err != nil || s.tags.find(id) == nil {
			return &apiError{code: 40035, detail: "tag_id", loud: err != nil}
		}
		m.Tag = id
	}
	if m.Platform = given(rule.Platform); m.Platform != "" && !slices.Contains(platforms, m.Platform) {
		return &apiError{code: 40035, detail: "client_platform_type", loud: true}
	}
	if m.Tag == 0 && m.Platform == "" {
		return &apiError{code: 65304}
	}
	return nil
}

// check is that of a default menu, with the errcodes that are a conditional
// menu's own.
func (m conditionalMenu) check() *apiError {
	if len(m.Buttons) == 0 {
		return &apiError{code: 65307}
	}
	var domains []string
	for _, top := range m.Buttons {
		for _, b := range append([]button{top}, top.Sub...) {
			if b.Type == "" && len(b.Sub) == 0 {
				return &apiError{code: 65308}
			}
			if b.URL == "" {
				continue
			}
			u, err := url.Parse(b.URL)
			if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				return &apiError{code: 65317}
			}
			if host := strings.ToLower(u.Host); !slices.Contains(domains, host) {
				domains = append(domains, host)
			}
		}
	}
	if len(domains) > maxDomains {
		return &apiError{code: 65316}
	}
	return m.menu.check()
}

func (s *Server) delConditional(r request) (any, *apiError) {
	var body struct {
		ID string `json:"menuid"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.menu != nil {
		kept := slices.DeleteFunc(slices.Clone(s.menu.conditional), func(m conditionalMenu) bool { return strconv.FormatInt(m.ID, 10) == body.ID })
		if len(kept) < len(s.menu.conditional) {
			s.menu.conditional = kept
			return nil, nil
		}
	}
	return nil, &apiError{code: 65301}
}

// tryMatch takes an openid only: the simulator's phones have no WeChat names.
func (s *Server) tryMatch(r request) (any, *apiError) {
	var body struct {
		User string `json:"user_id"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if phone, known := s.phones.find(body.User, r.now); !known || !phone.Following {
		return nil, &apiError{code: 65302}
	}
	if s.menu == nil || s.menu.console != nil {
		return nil, &apiError{code: 46003}
	}
	shown, _ := s.menuOf(body.User)
	return shown, nil
}

// menuOf is the menu that a phone shows, and its ID. Needs mu.
func (s *Server) menuOf(openid string) (menu, int64) {
	if s.menu == nil || s.menu.closed {
		return menu{Buttons: []button{}}, 0
	}
	phone, _ := s.phones.find(openid, time.Time{}) // a date matters to nobody here
	platform := phone.Platform
	if platform == "" {
		platform = defaultPlatform
	}
	tags := s.tags.of(openid)
	for _, m := range s.menu.conditional {
		if (m.Tag == 0 || slices.Contains(tags, m.Tag)) && (m.Platform == "" || m.Platform == platform) {
			return m.menu, m.ID
		}
	}
	return s.menu.menu, s.menu.ID
}
