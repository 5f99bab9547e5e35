package wechattest

import "time"

const (
	// keptPerPhone and keptItems bound the inboxes: the oldest items go.
	keptPerPhone = 200
	keptItems    = 100_000
)

// Types of InboxItem.
const (
	ItemText     = "text"     // a reply in words
	ItemNews     = "news"     // a reply of articles
	ItemImage    = "image"    // a reply of a picture
	ItemTemplate = "template" // a template message
	ItemNotice   = "notice"   // what WeChat itself shows, not the account
	ItemSent     = "sent"     // what the phone's owner wrote
)

// failureNotice is what WeChat shows when the account's server does not answer.
const failureNotice = "该公众号暂时无法提供服务，请稍后再试"

// Row is one keyword of a template message as the phone shows it.
type Row struct {
	Key   string `json:"key"`
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Article is one article of a news reply.
type Article struct {
	Title       string `json:"title" xml:"Title"`
	Description string `json:"description" xml:"Description"`
	PicURL      string `json:"picurl" xml:"PicUrl"`
	URL         string `json:"url" xml:"Url"`
}

// InboxItem is one thing that a phone shows in the chat.
type InboxItem struct {
	// Seq rises through all phones.
	Seq  int64     `json:"seq"`
	At   time.Time `json:"at"`
	Type string    `json:"type"`
	// Content is the words of a text, a notice, or what the owner wrote.
	Content  string    `json:"content,omitempty"`
	Articles []Article `json:"articles,omitempty"`
	// The rest describes a template message.
	MsgID      int64  `json:"msgid,omitempty"`
	TemplateID string `json:"template_id,omitempty"`
	Title      string `json:"title,omitempty"`
	URL        string `json:"url,omitempty"`
	Rows       []Row  `json:"rows,omitempty"`
}

// inboxBook holds every phone's chat. Guarded by Server.mu.
type inboxBook struct {
	last   int64
	items  map[string][]InboxItem
	oldest []inboxPlace
}

type inboxPlace struct {
	openid string
	seq    int64
}

func newInboxBook() inboxBook { return inboxBook{items: map[string][]InboxItem{}} }

func (b *inboxBook) add(openid string, item InboxItem) {
	b.last++
	item.Seq = b.last
	kept := append(b.items[openid], item)
	if len(kept) > keptPerPhone {
		kept = kept[len(kept)-keptPerPhone:]
	}
	b.items[openid] = kept
	b.oldest = append(b.oldest, inboxPlace{openid, item.Seq})
	if len(b.oldest) > keptItems {
		b.drop(b.oldest[0])
		b.oldest = b.oldest[1:]
	}
}

// drop forgets one item, unless its phone's own limit has already.
func (b *inboxBook) drop(place inboxPlace) {
	items := b.items[place.openid]
	switch {
	case len(items) == 0 || items[0].Seq != place.seq:
	case len(items) == 1:
		delete(b.items, place.openid)
	default:
		b.items[place.openid] = items[1:]
	}
}

// Inbox returns the replies, template messages and notices that reached a phone,
// oldest first; the last 200 are kept.
func (s *Server) Inbox(openid string) []InboxItem {
	return s.chat(openid, 0, false)
}

// chat returns a phone's items after since, with what its owner wrote if wanted.
func (s *Server) chat(openid string, since int64, withSent bool) []InboxItem {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := []InboxItem{}
	for _, item := range s.inbox.items[openid] {
		if item.Seq > since && (withSent || item.Type != ItemSent) {
			found = append(found, item)
		}
	}
	return found
}

// show adds one item to a phone's chat.
func (s *Server) show(openid string, item InboxItem) {
	item.At = s.now()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.inbox.add(openid, item)
}
