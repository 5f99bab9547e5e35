package wechattest

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"net/url"
	"slices"
	"time"
)

// dedupeWindow is how long a client_msg_id holds for one openid.
const dedupeWindow = 10 * time.Minute

// firstID is where ids of messages begin: far above 2^53, as the platform's are,
// so that a client that reads them as floating point shows itself.
const firstID = 3_000_000_000_000_000_000

// sentMessage is one accepted send that a duplicate may still follow.
type sentMessage struct {
	key   string // openid and client_msg_id
	msgID int64
	at    time.Time
}

// sendBook knows what was sent. Guarded by Server.mu.
type sendBook struct {
	lastID    int64
	seen      map[string]sentMessage
	oldest    []sentMessage
	delivered map[string]int
}

// newSendBook begins its ids at random, so that a simulator started anew does not
// give ids that the database behind a client already holds.
func newSendBook() sendBook {
	start := new(big.Int).SetBytes(randomBytes(7)).Int64()
	return sendBook{lastID: (firstID + start) | 1, seen: map[string]sentMessage{}, delivered: map[string]int{}}
}

// nextID gives odd ids, which no float64 holds at this size: a client that reads
// them as one is found out.
func (b *sendBook) nextID() int64 {
	b.lastID += 65_538
	return b.lastID
}

// duplicate finds an accepted send of the same openid and client_msg_id.
func (b *sendBook) duplicate(openid, clientID string, now time.Time) (sentMessage, bool) {
	for len(b.oldest) > 0 && now.Sub(b.oldest[0].at) >= dedupeWindow {
		if b.seen[b.oldest[0].key].msgID == b.oldest[0].msgID {
			delete(b.seen, b.oldest[0].key)
		}
		b.oldest = b.oldest[1:]
	}
	if clientID == "" {
		return sentMessage{}, false
	}
	m, found := b.seen[openid+"\x00"+clientID]
	return m, found
}

func (b *sendBook) accept(openid, clientID string, now time.Time) int64 {
	m := sentMessage{key: openid + "\x00" + clientID, msgID: b.nextID(), at: now}
	if clientID != "" {
		b.seen[m.key] = m
		b.oldest = append(b.oldest, m)
	}
	return m.msgID
}

// templateValue is one value of a message; its color is dropped, as the platform
// has dropped it since May 2023.
type templateValue struct {
	Value string `json:"value"`
	Color string `json:"color"`
}

// templateSend is the body of message/template/send.
type templateSend struct {
	ToUser      string `json:"touser"`
	TemplateID  string `json:"template_id"`
	URL         string `json:"url"`
	MiniProgram struct {
		AppID    string `json:"appid"`
		PagePath string `json:"pagepath"`
	} `json:"miniprogram"`
	ClientMsgID string                     `json:"client_msg_id"`
	Topcolor    string                     `json:"topcolor"`
	Color       string                     `json:"color"`
	Data        map[string]json.RawMessage `json:"data"`
}

func (s *Server) sendTemplate(r request) (any, *apiError) {
	var m templateSend
	if err := decode(r.body, &m); err != nil {
		return nil, err
	}
	type accepted struct {
		answer
		MsgID int64 `json:"msgid"`
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	card, err := s.checkSend(m, r.now)
	if err != nil {
		return nil, err
	}
	if first, found := s.sends.duplicate(m.ToUser, m.ClientMsgID, r.now); found {
		if s.set.Duplicate != 0 {
			return nil, &apiError{code: s.set.Duplicate}
		}
		return accepted{answer{Message: "ok"}, first.msgID}, nil
	}
	card.MsgID = s.sends.accept(m.ToUser, m.ClientMsgID, r.now)
	mode := s.receipts
	if phone, _ := s.phones.find(m.ToUser, r.now); phone.Refuses {
		mode = ReceiptBlock
	}
	if mode.reaches() {
		s.sends.delivered[m.ToUser]++
		s.inbox.add(m.ToUser, *card)
	}
	receipt := s.receipt(mode, m.ToUser, card.MsgID, r.now)
	if mode == ReceiptEarly && s.callback != "" {
		s.mu.Unlock()
		s.deliver(s.ctx, receipt)
		s.mu.Lock()
	} else {
		s.queueReceipt(mode, receipt)
	}
	return accepted{answer{Message: "ok"}, card.MsgID}, nil
}

// checkSend refuses what the platform refuses and returns what the phone will
// show. Needs mu.
func (s *Server) checkSend(m templateSend, now time.Time) (*InboxItem, *apiError) {
	phone, known := s.phones.find(m.ToUser, now)
	if !known {
		return nil, &apiError{code: 40003}
	}
	t, known := s.own.find(m.TemplateID)
	if !known {
		return nil, &apiError{code: 40037}
	}
	if m.MiniProgram.AppID != "" || m.MiniProgram.PagePath != "" {
		return nil, &apiError{code: 40013, detail: "miniprogram", loud: true}
	}
	if m.URL != "" {
		u, err := url.Parse(m.URL)
		if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
			return nil, &apiError{code: 47003, detail: "url invalid"}
		}
	}
	rows, failed := t.fill(m.Data)
	switch {
	case failed != nil:
		return nil, failed
	case phone.Blacklisted:
		return nil, &apiError{code: 43019}
	case !phone.Following:
		return nil, &apiError{code: 43004}
	}
	return &InboxItem{
		At: now, Type: ItemTemplate, TemplateID: t.ID, Title: t.Title, URL: m.URL, Rows: rows,
	}, nil
}

// fill puts a message's data into the template's rows. Every keyword needs a
// value that fits its type; first and remark are dropped without a word, as the
// platform has done since May 2023; another key is refused by name.
func (t Template) fill(data map[string]json.RawMessage) ([]Row, *apiError) {
	for _, key := range slices.Sorted(maps.Keys(data)) {
		named := func(k Keyword) bool { return k.Key == key }
		if key != "first" && key != "remark" && !slices.ContainsFunc(t.Keywords, named) {
			return nil, &apiError{code: 47003, detail: fmt.Sprintf("data.%s invalid", key)}
		}
	}
	rows := make([]Row, 0, len(t.Keywords))
	for _, k := range t.Keywords {
		var v templateValue
		raw, given := data[k.Key]
		if !given {
			return nil, &apiError{code: 47003, detail: fmt.Sprintf("data.%s.value is empty", k.Key)}
		}
		if err := decode(raw, &v); err != nil {
			return nil, &apiError{code: 47001, detail: "data." + k.Key}
		}
		if v.Value == "" {
			return nil, &apiError{code: 47003, detail: fmt.Sprintf("data.%s.value is empty", k.Key)}
		}
		if !k.fits(v.Value) {
			return nil, &apiError{code: 47003, detail: fmt.Sprintf("data.%s.value invalid", k.Key)}
		}
		rows = append(rows, Row{Key: k.Key, Name: k.Name, Value: v.Value})
	}
	return rows, nil
}

// Deliveries returns how many template messages have reached each phone.
func (s *Server) Deliveries() map[string]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.sends.delivered)
}
