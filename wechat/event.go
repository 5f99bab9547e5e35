package wechat

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strconv"
	"time"
)

// The message types and events that the account's code tells apart.
const (
	MsgText  = "text"
	MsgEvent = "event"

	EventSubscribe    = "subscribe"
	EventUnsubscribe  = "unsubscribe"
	EventScan         = "SCAN"
	EventClick        = "CLICK"
	EventView         = "VIEW"
	EventScanWait     = "scancode_waitmsg"
	EventTemplateDone = "TEMPLATESENDJOBFINISH"
)

// The Status of [EventTemplateDone]. The space in StatusSystemFailed is
// WeChat's; StatusFreqLimit is known from users' reports only.
const (
	StatusSuccess      = "success"
	StatusUserBlock    = "failed:user block"
	StatusSystemFailed = "failed: system failed"
	StatusFreqLimit    = "failed:freq limit"
)

// Event is a message or an event that WeChat pushed. Fields that do not belong
// to its kind are empty.
type Event struct {
	// MsgType is WeChat's, such as [MsgText]; it is [MsgEvent] for events.
	MsgType string
	// Event is the event's name, such as [EventClick].
	Event string
	// EventKey is a button's key or address, or a QR code's scene: with the
	// prefix qrscene_ on subscribe, without it on SCAN.
	EventKey string
	// FromUser is the sender's openid; ToUser is the account, gh_….
	FromUser, ToUser string
	// CreateTime is WeChat's time of the message, to the second.
	CreateTime time.Time
	// Content is the text of a text message, as the user typed it.
	Content string
	// MsgID is the MsgId of a message.
	MsgID int64
	// TemplateMsgID is the MsgID (capital D) of [EventTemplateDone]: the id
	// that [Client.SendTemplate] returned.
	TemplateMsgID int64
	// Status tells what became of a template message.
	Status string
	// Ticket is the QR code's.
	Ticket string
	// MenuID is the conditional menu that a VIEW came from.
	MenuID string
	// ScanResult is what scancode_push and scancode_waitmsg read.
	ScanResult string
}

// DedupeKey returns 34 ASCII characters that are the same for WeChat's repeated
// deliveries of one message and differ between messages: by MsgId for messages,
// else by sender, time, event, key and template message id (WeChat's page on
// event pushes). It holds no openid.
func (e *Event) DedupeKey() string {
	b := make([]byte, 0, 256)
	kind := "e:"
	if e.MsgID != 0 {
		kind = "m:"
		b = strconv.AppendInt(b, e.MsgID, 10)
	} else {
		for _, part := range []string{e.FromUser, e.MsgType, e.Event, e.EventKey} {
			b = append(b, part...)
			b = append(b, 0) // occurs in no part
		}
		b = strconv.AppendInt(b, e.CreateTime.Unix(), 10)
		b = append(b, 0)
		b = strconv.AppendInt(b, e.TemplateMsgID, 10)
	}
	sum := sha256.Sum256(b)
	return kind + hex.EncodeToString(sum[:16])
}

// parseEvent reads the XML of one message. A field that is given twice, a
// number that is none and a missing common field are refused.
func parseEvent(doc string) (*Event, error) {
	var e Event
	var seen uint32
	err := scanXML(doc, func(parent, name, value string) error {
		if parent != "" {
			if parent == "ScanCodeInfo" && name == "ScanResult" {
				e.ScanResult = value
			}
			return nil
		}
		var bit uint32
		var text *string
		var number *int64
		switch name {
		case "ToUserName":
			bit, text = 1<<0, &e.ToUser
		case "FromUserName":
			bit, text = 1<<1, &e.FromUser
		case "CreateTime":
			bit = 1 << 2
		case "MsgType":
			bit, text = 1<<3, &e.MsgType
		case "Event":
			bit, text = 1<<4, &e.Event
		case "EventKey":
			bit, text = 1<<5, &e.EventKey
		case "Content":
			bit, text = 1<<6, &e.Content
		case "MsgId":
			bit, number = 1<<7, &e.MsgID
		case "MsgID":
			bit, number = 1<<8, &e.TemplateMsgID
		case "Status":
			bit, text = 1<<9, &e.Status
		case "Ticket":
			bit, text = 1<<10, &e.Ticket
		case "MenuId", "MenuID":
			bit, text = 1<<11, &e.MenuID
		default:
			return nil
		}
		if seen&bit != 0 {
			return errXML
		}
		seen |= bit
		switch {
		case text != nil:
			*text = value
		case number != nil:
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n < 0 {
				return errXML
			}
			*number = n
		default:
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil || n <= 0 || n > 1<<40 {
				return errXML
			}
			e.CreateTime = time.Unix(n, 0)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if !isAccountName(e.FromUser) || !isAccountName(e.ToUser) || e.CreateTime.IsZero() || e.MsgType == "" ||
		e.MsgType == MsgEvent && e.Event == "" {
		return nil, errors.New("wechat: a common field of the message is missing")
	}
	return &e, nil
}

// isAccountName accepts openids, gh_… and the names of WeChat's own accounts.
func isAccountName(s string) bool {
	if s == "" || len(s) > 128 {
		return false
	}
	for i := range len(s) {
		if !isTokenByte(s[i]) && s[i] != '@' && s[i] != '.' {
			return false
		}
	}
	return true
}
