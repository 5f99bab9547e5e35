package wechattest

import (
	"encoding/xml"
	"errors"
	"fmt"
	"strings"
	"time"
)

// eventTemplateJob is the event that settles a template message.
const eventTemplateJob = "TEMPLATESENDJOBFINISH"

// maxReplyText and maxReplyArticles are the platform's limits of one reply.
const (
	maxReplyText     = 2048 // bytes
	maxReplyArticles = 8
)

// message is one push, composed once: every try carries the same MsgId and
// CreateTime, which is what receivers tell repeats by.
type message struct {
	openid  string
	msgType string // text or event
	event   string
	xml     string
}

// compose writes the common fields around rest, which is XML already.
func (s *Server) compose(openid, msgType, event string, now time.Time, rest string) message {
	return message{openid, msgType, event, fmt.Sprintf(
		"<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>%d</CreateTime><MsgType>%s</MsgType>%s</xml>",
		cdata(s.account.Username), cdata(openid), now.Unix(), cdata(msgType), rest,
	)}
}

// cdata wraps text; the one sequence that would end the section is split in two.
func cdata(text string) string {
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}

// interactive reports whether somebody looks at the chat and waits: then WeChat
// tells them when the account does not answer.
func (m message) interactive() bool {
	switch m.event {
	case eventTemplateJob, "VIEW", "view_miniprogram", "LOCATION", "unsubscribe":
		return false
	}
	return true
}

// Reply is what a callback answered, opened and read.
type Reply struct {
	// Type is "text", "image", "news", or "" when the callback chose to say nothing.
	Type     string    `json:"type"`
	Content  string    `json:"content,omitempty"`
	MediaID  string    `json:"media_id,omitempty"`
	Articles []Article `json:"articles,omitempty"`
}

// item is the reply as the phone shows it.
func (r Reply) item() InboxItem {
	if r.Type == ItemImage {
		return InboxItem{Type: ItemImage, Content: "[图片]"}
	}
	return InboxItem{Type: r.Type, Content: r.Content, Articles: r.Articles}
}

// errReply is every way in which an answer is none.
var errReply = errors.New("answer is no reply")

// openReply reads an answer of the callback: "success" or nothing, or a reply that
// is sealed exactly when pushes are, in compatible mode either way. It returns the
// opened text beside the reply.
func (s *Server) openReply(m message, body string) (string, Reply, error) {
	plain := strings.TrimSpace(body)
	if plain == "success" || plain == "" {
		return plain, Reply{}, nil
	}
	if s.mode == modeSecure || s.mode == modeCompatible && strings.Contains(plain, "<Encrypt>") {
		opened, err := s.unseal(plain)
		if err != nil {
			return "", Reply{}, err
		}
		plain = opened
	}
	reply, err := s.readReply(m, plain)
	return plain, reply, err
}

func (s *Server) unseal(body string) (string, error) {
	var sealed struct {
		XMLName   xml.Name `xml:"xml"`
		Encrypt   string   `xml:"Encrypt"`
		Signature string   `xml:"MsgSignature"`
		Timestamp string   `xml:"TimeStamp"`
		Nonce     string   `xml:"Nonce"`
	}
	if err := xml.Unmarshal([]byte(body), &sealed); err != nil || sealed.Encrypt == "" {
		return "", fmt.Errorf("%w: not the XML of an encrypted reply", errReply)
	}
	if sealed.Signature != signature(s.account.Token, sealed.Timestamp, sealed.Nonce, sealed.Encrypt) {
		return "", fmt.Errorf("%w: MsgSignature", errReply)
	}
	return decrypt(s.key, s.account.AppID, sealed.Encrypt)
}

func (s *Server) readReply(m message, plain string) (Reply, error) {
	var r struct {
		XMLName  xml.Name  `xml:"xml"`
		To       string    `xml:"ToUserName"`
		From     string    `xml:"FromUserName"`
		Created  int64     `xml:"CreateTime"`
		Type     string    `xml:"MsgType"`
		Content  string    `xml:"Content"`
		MediaID  string    `xml:"Image>MediaId"`
		Count    int       `xml:"ArticleCount"`
		Articles []Article `xml:"Articles>item"`
	}
	if err := xml.Unmarshal([]byte(plain), &r); err != nil {
		return Reply{}, fmt.Errorf("%w: not XML", errReply)
	}
	if r.To != m.openid || r.From != s.account.Username || r.Created == 0 {
		return Reply{}, fmt.Errorf("%w: ToUserName, FromUserName or CreateTime", errReply)
	}
	switch r.Type {
	case "text":
		if r.Content == "" || len(r.Content) > maxReplyText {
			return Reply{}, fmt.Errorf("%w: Content of %d bytes", errReply, len(r.Content))
		}
		return Reply{Type: r.Type, Content: r.Content}, nil
	case "image":
		s.mu.Lock()
		kind := s.media.types[r.MediaID]
		s.mu.Unlock()
		if kind != "image/jpeg" {
			return Reply{}, fmt.Errorf("%w: MediaId is no image of the account", errReply)
		}
		return Reply{Type: r.Type, MediaID: r.MediaID}, nil
	case "news":
		limit := maxReplyArticles
		switch m.msgType {
		case "text", "image", "video", "shortvideo", "location":
			limit = 1
		}
		if len(r.Articles) == 0 || len(r.Articles) > limit || r.Count != len(r.Articles) {
			return Reply{}, fmt.Errorf("%w: ArticleCount %d with %d articles, at most %d", errReply, r.Count, len(r.Articles), limit)
		}
		return Reply{Type: r.Type, Articles: r.Articles}, nil
	default:
		return Reply{}, fmt.Errorf("%w: MsgType %q is not modelled", errReply, r.Type)
	}
}
