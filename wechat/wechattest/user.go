package wechattest

// pageOfUsers is the platform's largest page of user/get.
const pageOfUsers = 10_000

// userInfo answers without nickname and portrait, which the platform stopped
// giving in December 2021, and with subscribe 0 alone for who does not follow.
func (s *Server) userInfo(r request) (any, *apiError) {
	openid := r.query.Get("openid")
	s.mu.Lock()
	defer s.mu.Unlock()
	p, known := s.phones.find(openid, r.now)
	if !known {
		return nil, &apiError{code: 40003}
	}
	if !p.Following {
		return struct {
			Subscribe int    `json:"subscribe"`
			OpenID    string `json:"openid"`
			Tags      []int  `json:"tagid_list"`
		}{0, openid, []int{}}, nil
	}
	return struct {
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
	}{1, openid, "zh_CN", p.Since.Unix(), "", 0, []int{}, "ADD_SCENE_SEARCH", 0, ""}, nil
}

// userList pages through who follows, in the order of first meeting. Of the demo
// family only those are listed whom something has happened to.
func (s *Server) userList(r request) (any, *apiError) {
	type openids struct {
		OpenIDs []string `json:"openid"`
	}
	type page struct {
		Total int      `json:"total"`
		Count int      `json:"count"`
		Data  *openids `json:"data,omitempty"`
		Next  string   `json:"next_openid"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	from := 0
	if next := r.query.Get("next_openid"); next != "" {
		at, known := s.phones.place[next]
		if !known {
			return nil, &apiError{code: 40003}
		}
		from = at + 1
	}
	var p page
	for i, openid := range s.phones.order {
		if !s.phones.byID[openid].Following {
			continue
		}
		p.Total++
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
