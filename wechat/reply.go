package wechat

import (
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"
)

// Reply is the passive answer to a message: a [TextReply] or a [NewsReply].
type Reply interface {
	// appendTo appends the elements of the answer to b, in answer to a message
	// of msgType.
	appendTo(b []byte, msgType string) ([]byte, error)
}

// TextReply answers with a text; line breaks and <a href> links are shown.
type TextReply struct {
	Content string
}

// NewsReply answers with cards: 1 in answer to a text, image, video, news or
// location message, up to 8 otherwise (WeChat's page on passive replies).
type NewsReply struct {
	Articles []Article
}

// Article is a card of a [NewsReply].
type Article struct {
	Title, Description string
	// PicURL is the picture's address; may be empty.
	PicURL string
	// URL is what a tap opens.
	URL string
}

const maxArticles = 8

// noReply is the body that tells WeChat to stay silent and not to try again.
const noReply = "success"

// Seal returns the body that answers the message of env with r; a nil r answers
// nothing. In secure mode it is encrypted with the key that opened the message,
// since WeChat may not know the newer one yet, and with fresh random bytes.
func (p *Push) Seal(env *Envelope, r Reply) ([]byte, error) {
	if r == nil {
		return []byte(noReply), nil
	}
	if env == nil {
		return nil, errors.New("wechat.Seal: no envelope")
	}
	now := strconv.FormatInt(p.now().Unix(), 10)
	b := make([]byte, 0, 1024)
	b = append(b, "<xml>"...)
	b = appendElement(b, "ToUserName", env.from)
	b = appendElement(b, "FromUserName", env.to)
	b = append(b, "<CreateTime>"...)
	b = append(b, now...)
	b = append(b, "</CreateTime>"...)
	b, err := r.appendTo(b, env.msgType)
	if err != nil {
		return nil, fmt.Errorf("wechat.Seal: %w", err)
	}
	b = append(b, "</xml>"...)
	if env.key == nil {
		return b, nil
	}

	var random [24]byte
	if _, err := io.ReadFull(p.rand, random[:]); err != nil {
		return nil, fmt.Errorf("wechat.Seal: random bytes: %w", err)
	}
	nonce := strconv.FormatUint(binary.BigEndian.Uint64(random[16:]), 10)
	sealed := base64.StdEncoding.EncodeToString(util.AESEncryptMsg(random[:16], b, p.appID, env.key))
	out := make([]byte, 0, len(sealed)+256)
	out = append(out, "<xml>"...)
	out = appendElement(out, "Encrypt", sealed)
	out = appendElement(out, "MsgSignature", util.Signature(env.token, now, nonce, sealed))
	out = append(out, "<TimeStamp>"...)
	out = append(out, now...)
	out = append(out, "</TimeStamp>"...)
	out = appendElement(out, "Nonce", nonce)
	return append(out, "</xml>"...), nil
}

func (r TextReply) appendTo(b []byte, _ string) ([]byte, error) {
	if strings.TrimSpace(r.Content) == "" {
		return nil, errors.New("the text is empty")
	}
	b = appendElement(b, "MsgType", "text")
	return appendElement(b, "Content", r.Content), nil
}

func (r NewsReply) appendTo(b []byte, msgType string) ([]byte, error) {
	limit := maxArticles
	switch msgType {
	case MsgText, "image", "video", "news", "location":
		limit = 1
	}
	if n := len(r.Articles); n < 1 || n > limit {
		return nil, fmt.Errorf("%d articles in answer to %s: want 1 to %d", n, msgType, limit)
	}
	b = appendElement(b, "MsgType", "news")
	b = append(b, "<ArticleCount>"...)
	b = strconv.AppendInt(b, int64(len(r.Articles)), 10)
	b = append(b, "</ArticleCount><Articles>"...)
	for _, a := range r.Articles {
		b = append(b, "<item>"...)
		b = appendElement(b, "Title", a.Title)
		b = appendElement(b, "Description", a.Description)
		b = appendElement(b, "PicUrl", a.PicURL)
		b = appendElement(b, "Url", a.URL)
		b = append(b, "</item>"...)
	}
	return append(b, "</Articles>"...), nil
}

// appendElement appends <name><![CDATA[value]]></name>. A value that contains
// the end of a CDATA section is split over two; characters that XML forbids are
// left out.
func appendElement(b []byte, name, value string) []byte {
	if !validText(value) {
		value = strings.Map(func(r rune) rune {
			if r == utf8.RuneError || !validText(string(r)) {
				return -1
			}
			return r
		}, value)
	}
	value = strings.ReplaceAll(value, "]]>", "]]]]><![CDATA[>")
	b = append(b, '<')
	b = append(b, name...)
	b = append(b, "><![CDATA["...)
	b = append(b, value...)
	b = append(b, "]]></"...)
	b = append(b, name...)
	return append(b, '>')
}
