package wechattest

import (
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Limits of tags (用户标签管理).
const (
	maxTags     = 100
	maxTagName  = 30 // bytes: the page says characters, its error 45158 bytes
	maxTagBatch = 50
	maxUserTags = 20
	// firstTag follows the platform's own tags.
	firstTag = 100
)

// tag is one tag of the account. The platform's own have ids 0 to 2 and cannot
// be changed; only 星标组 is ever listed.
type tag struct {
	ID    int    `json:"id"`
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// tagBook knows the tags and who carries them. Guarded by Server.mu.
type tagBook struct {
	tags []tag
	last int
	// byPhone are the ids that a phone carries, in the order of tagging.
	byPhone map[string][]int
}

func newTagBook() tagBook {
	return tagBook{tags: []tag{{ID: 2, Name: "星标组"}}, last: firstTag - 1, byPhone: map[string][]int{}}
}

func (b *tagBook) find(id int) *tag {
	for i := range b.tags {
		if b.tags[i].ID == id {
			return &b.tags[i]
		}
	}
	return nil
}

// of returns the ids that a phone carries, never nil.
func (b *tagBook) of(openid string) []int {
	return append([]int{}, b.byPhone[openid]...)
}

// put tags a phone once.
func (b *tagBook) put(openid string, id int) {
	if !slices.Contains(b.byPhone[openid], id) {
		b.byPhone[openid] = append(b.byPhone[openid], id)
		b.find(id).Count++
	}
}

// take untags a phone; one that lacks the tag is left as it is.
func (b *tagBook) take(openid string, id int) {
	kept := slices.DeleteFunc(slices.Clone(b.byPhone[openid]), func(have int) bool { return have == id })
	if len(kept) == len(b.byPhone[openid]) {
		return
	}
	b.find(id).Count--
	b.byPhone[openid] = kept
	if len(kept) == 0 {
		delete(b.byPhone, openid)
	}
}

// forget drops what an account knew of somebody who unfollowed.
func (b *tagBook) forget(openid string) {
	for _, id := range b.of(openid) {
		b.take(openid, id)
	}
}

func (b *tagBook) remove(id int) {
	for openid := range b.byPhone {
		b.take(openid, id)
	}
	b.tags = slices.DeleteFunc(b.tags, func(t tag) bool { return t.ID == id })
}

// checkName refuses a name that is empty, too long, or another tag's.
func (b *tagBook) checkName(name string, self int) *apiError {
	if len(name) > maxTagName {
		return &apiError{code: 45158}
	}
	taken := slices.ContainsFunc(b.tags, func(t tag) bool { return t.Name == name && t.ID != self })
	if taken || strings.TrimSpace(name) == "" || !utf8.ValidString(name) {
		return &apiError{code: 45157}
	}
	return nil
}

func (s *Server) tagEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return map[string]endpoint{
		"/cgi-bin/tags/create":                 {post, nil, true, s.createTag},
		"/cgi-bin/tags/get":                    {get, nil, true, s.listTags},
		"/cgi-bin/tags/update":                 {post, nil, true, s.updateTag},
		"/cgi-bin/tags/delete":                 {post, nil, true, s.deleteTag},
		"/cgi-bin/tags/getidlist":              {post, nil, true, s.tagsOfUser},
		"/cgi-bin/tags/members/batchtagging":   {post, nil, true, func(r request) (any, *apiError) { return s.tagging(r, true) }},
		"/cgi-bin/tags/members/batchuntagging": {post, nil, true, func(r request) (any, *apiError) { return s.tagging(r, false) }},
		"/cgi-bin/user/tag/get":                {post, nil, true, s.usersOfTag},
	}
}

func (s *Server) createTag(r request) (any, *apiError) {
	var body struct {
		Tag struct {
			Name string `json:"name"`
		} `json:"tag"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.tags.checkName(body.Tag.Name, -1); err != nil {
		return nil, err
	}
	own := slices.DeleteFunc(slices.Clone(s.tags.tags), func(t tag) bool { return t.ID < firstTag })
	if len(own) >= maxTags {
		return nil, &apiError{code: 45056}
	}
	s.tags.last++
	s.tags.tags = append(s.tags.tags, tag{ID: s.tags.last, Name: body.Tag.Name})
	type made struct {
		ID   int    `json:"id"`
		Name string `json:"name"`
	}
	return struct {
		Tag made `json:"tag"`
	}{made{s.tags.last, body.Tag.Name}}, nil
}

func (s *Server) listTags(request) (any, *apiError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return struct {
		Tags []tag `json:"tags"`
	}{slices.Clone(s.tags.tags)}, nil
}

func (s *Server) updateTag(r request) (any, *apiError) {
	var body struct {
		Tag struct {
			ID   int    `json:"id"`
			Name string `json:"name"`
		} `json:"tag"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tags.changeable(body.Tag.ID)
	if err != nil {
		return nil, err
	}
	if err := s.tags.checkName(body.Tag.Name, t.ID); err != nil {
		return nil, err
	}
	t.Name = body.Tag.Name
	return nil, nil
}

// changeable finds a tag that is the account's own.
func (b *tagBook) changeable(id int) (*tag, *apiError) {
	if id >= 0 && id <= 2 {
		return nil, &apiError{code: 45058}
	}
	if t := b.find(id); t != nil {
		return t, nil
	}
	return nil, &apiError{code: 45159}
}

func (s *Server) deleteTag(r request) (any, *apiError) {
	var body struct {
		Tag struct {
			ID int `json:"id"`
		} `json:"tag"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	t, err := s.tags.changeable(body.Tag.ID)
	switch {
	case err != nil:
		return nil, err
	case t.Count > 100_000:
		return nil, &apiError{code: 45057}
	}
	s.tags.remove(t.ID)
	return nil, nil
}

func (s *Server) tagsOfUser(r request) (any, *apiError) {
	var body struct {
		OpenID string `json:"openid"`
		// TagID means nothing; the Go SDK sends it and the platform drops it.
		TagID int `json:"tagid"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, err := s.follower(body.OpenID, r.now); err != nil {
		return nil, err
	}
	return struct {
		IDs []int `json:"tagid_list"`
	}{s.tags.of(body.OpenID)}, nil
}

// follower finds somebody who follows. No page says what the calls on tags
// answer for others; the errcodes are those of the other calls. Needs mu.
func (s *Server) follower(openid string, now time.Time) (Phone, *apiError) {
	phone, known := s.phones.find(openid, now)
	switch {
	case !known:
		return Phone{}, &apiError{code: 40003}
	case !phone.Following:
		return Phone{}, &apiError{code: 43004}
	}
	return phone, nil
}

// tagging is batchtagging and batchuntagging: all of a batch, or nothing of it,
// which is the harder case for a client.
func (s *Server) tagging(r request, adds bool) (any, *apiError) {
	var body struct {
		OpenIDs []string `json:"openid_list"`
		TagID   int      `json:"tagid"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if t := s.tags.find(body.TagID); t == nil {
		return nil, &apiError{code: 45159}
	}
	if len(body.OpenIDs) > maxTagBatch {
		return nil, &apiError{code: 40032}
	}
	if len(body.OpenIDs) == 0 {
		return nil, &apiError{code: 40035, detail: "openid_list"}
	}
	for _, openid := range body.OpenIDs {
		if _, err := s.follower(openid, r.now); err != nil {
			return nil, err
		}
		have := s.tags.byPhone[openid]
		if adds && len(have) >= maxUserTags && !slices.Contains(have, body.TagID) {
			return nil, &apiError{code: 45059}
		}
	}
	for _, openid := range body.OpenIDs {
		if !adds {
			s.tags.take(openid, body.TagID)
			continue
		}
		s.tags.put(openid, body.TagID)
		s.phones.change(openid, r.now, func(*Phone) {}) // one of the demo family is met now
	}
	return nil, nil
}

func (s *Server) usersOfTag(r request) (any, *apiError) {
	var body struct {
		TagID int    `json:"tagid"`
		Next  string `json:"next_openid"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tags.find(body.TagID) == nil {
		return nil, &apiError{code: 45159}
	}
	page, err := s.pageOfPhones(body.Next, func(p Phone) bool { return slices.Contains(s.tags.byPhone[p.OpenID], body.TagID) })
	if err != nil {
		return nil, err
	}
	page.Total = nil // this call's pages have none
	return page, nil
}
