package wechattest

import (
	"net/http"
	"slices"
	"strconv"
)

// maxTemplates is how many templates an account may have.
const maxTemplates = 25

// templateBook is the account's own list. Guarded by Server.mu.
type templateBook struct {
	list []Template
}

func newTemplateBook() templateBook { return templateBook{list: DemoTemplates()} }

func (b *templateBook) find(id string) (Template, bool) {
	i := slices.IndexFunc(b.list, func(t Template) bool { return t.ID == id })
	if i < 0 {
		return Template{}, false
	}
	return b.list[i], true
}

// firstShortID is template_id_short of the library's first template. The library
// holds the demo templates, from which an account takes what it needs.
const firstShortID = 41_001

// library finds a template of the library by its short id.
func library(short string) (Template, bool) {
	for i, t := range DemoTemplates() {
		if short == strconv.Itoa(firstShortID+i) {
			return t, true
		}
	}
	return Template{}, false
}

func (s *Server) templateEndpoints() map[string]endpoint {
	const get, post = http.MethodGet, http.MethodPost
	return map[string]endpoint{
		sendPath: {post, nil, true, s.sendTemplate},
		"/cgi-bin/template/get_all_private_template": {get, nil, true, s.listTemplates},
		"/cgi-bin/template/api_add_template":         {post, nil, true, s.addTemplate},
		"/cgi-bin/template/del_private_template":     {post, nil, true, s.deleteTemplate},
		"/cgi-bin/template/get_industry":             {get, nil, true, s.industry},
	}
}

// The account's industries.
const (
	primaryIndustry   = "教育"
	deputyIndustry    = "院校"
	secondaryIndustry = "培训"
)

func (s *Server) listTemplates(request) (any, *apiError) {
	type row struct {
		ID      string `json:"template_id"`
		Title   string `json:"title"`
		Primary string `json:"primary_industry"`
		Deputy  string `json:"deputy_industry"`
		Content string `json:"content"`
		Example string `json:"example"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	rows := []row{}
	for _, t := range s.own.list {
		rows = append(rows, row{t.ID, t.Title, primaryIndustry, deputyIndustry, t.content(), t.example()})
	}
	return struct {
		Rows []row `json:"template_list"`
	}{rows}, nil
}

// addTemplate takes a template of the library into the account's list, with those
// of its keywords that the call names, in the order of the call; without names,
// with all of them.
func (s *Server) addTemplate(r request) (any, *apiError) {
	var body struct {
		Short    string   `json:"template_id_short"`
		Keywords []string `json:"keyword_name_list"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	t, known := library(body.Short)
	if !known {
		return nil, &apiError{code: 40037, detail: "template_id_short"}
	}
	if len(body.Keywords) > 0 {
		chosen, err := t.choose(body.Keywords)
		if err != nil {
			return nil, err
		}
		t.Keywords = chosen
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.own.list) >= maxTemplates {
		return nil, &apiError{code: 45026}
	}
	t.ID = randomURLText(43)
	s.own.list = append(s.own.list, t)
	return struct {
		answer
		ID string `json:"template_id"`
	}{answer{Message: "ok"}, t.ID}, nil
}

// choose finds keywords by their names.
func (t Template) choose(names []string) ([]Keyword, *apiError) {
	var chosen []Keyword
	for _, name := range names {
		i := slices.IndexFunc(t.Keywords, func(k Keyword) bool { return k.Name == name })
		if i < 0 {
			return nil, &apiError{code: 40035, detail: "keyword_name_list " + name}
		}
		chosen = append(chosen, t.Keywords[i])
	}
	return chosen, nil
}

func (s *Server) deleteTemplate(r request) (any, *apiError) {
	var body struct {
		ID string `json:"template_id"`
	}
	if err := decode(r.body, &body); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.own.find(body.ID); !known {
		return nil, &apiError{code: 40037}
	}
	s.own.list = slices.DeleteFunc(s.own.list, func(t Template) bool { return t.ID == body.ID })
	return nil, nil
}

func (s *Server) industry(request) (any, *apiError) {
	type class struct {
		First  string `json:"first_class"`
		Second string `json:"second_class"`
	}
	return struct {
		Primary   class `json:"primary_industry"`
		Secondary class `json:"secondary_industry"`
	}{class{primaryIndustry, deputyIndustry}, class{primaryIndustry, secondaryIndustry}}, nil
}
