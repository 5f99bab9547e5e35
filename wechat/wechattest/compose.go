package wechattest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// place is where every simulated phone is, as LOCATION and location_select say it.
const (
	placeLatitude  = "39.904989"
	placeLongitude = "116.405285"
	placeLabel     = "北京市东城区"
)

// applyPush changes what the platform itself knows. Needs mu.
func (s *Server) applyPush(p Push, now time.Time) {
	switch {
	case p.Text != "":
		s.inbox.add(p.OpenID, InboxItem{At: now, Type: ItemSent, Content: p.Text})
	case p.Message != "":
		s.inbox.add(p.OpenID, InboxItem{At: now, Type: ItemSent, Content: "[" + p.Message + "]"})
	case p.Event == "subscribe":
		scene := strings.TrimPrefix(p.EventKey, scenePrefix)
		if q, known := s.qrs.byTicket[p.Ticket]; known {
			scene = q.scene
		}
		s.phones.change(p.OpenID, now, func(f *Phone) { f.Following, f.Since, f.Scene = true, now, scene })
	case p.Event == "unsubscribe":
		// With the following goes what the account knew: tags, remark, scene.
		s.tags.forget(p.OpenID)
		s.phones.change(p.OpenID, now, func(f *Phone) { f.Following, f.Remark, f.Scene = false, "", "" })
	}
}

// scenePrefix begins the EventKey of somebody who follows by a QR code.
const scenePrefix = "qrscene_"

// composePush writes the message. Needs mu.
func (s *Server) composePush(p Push, now time.Time) (message, error) {
	event := p.Event != "" || p.EventKey != "" || p.ScanResult != "" || p.Ticket != ""
	if (p.Text != "" && p.Message != "") || (event && p.Text+p.Message != "") {
		return message{}, errors.New("text, message and event exclude one another")
	}
	switch {
	case p.Text != "":
		return s.compose(p.OpenID, "text", "", now, fmt.Sprintf(
			"<Content>%s</Content><MsgId>%d</MsgId>", cdata(p.Text), s.sends.nextID())), nil
	case p.Message != "":
		rest, err := s.composeMessage(p.Message)
		return s.compose(p.OpenID, p.Message, "", now, fmt.Sprintf("%s<MsgId>%d</MsgId>", rest, s.sends.nextID())), err
	}
	rest, err := s.composeEvent(p)
	return s.compose(p.OpenID, "event", p.Event, now, "<Event>"+cdata(p.Event)+"</Event>"+rest), err
}

// composeMessage writes what a message other than text holds. Needs mu.
func (s *Server) composeMessage(kind string) (string, error) {
	switch kind {
	case "image":
		id := s.media.add("image/jpeg")
		return "<PicUrl>" + cdata("http://mmbiz.qpic.cn/"+id) + "</PicUrl><MediaId>" + cdata(id) + "</MediaId>", nil
	case "voice":
		return "<MediaId>" + cdata(s.media.add("audio/amr")) + "</MediaId><Format><![CDATA[amr]]></Format>", nil
	case "video", "shortvideo":
		return "<MediaId>" + cdata(s.media.add("video/mp4")) + "</MediaId><ThumbMediaId>" + cdata(s.media.add("image/jpeg")) + "</ThumbMediaId>", nil
	case "location":
		return placeXML(), nil
	case "link":
		return "<Title>" + cdata("链接") + "</Title><Description>" + cdata("一条链接") + "</Description><Url>" + cdata("https://example.com/") + "</Url>", nil
	default:
		return "", fmt.Errorf("message %q is not modelled", kind)
	}
}

func placeXML() string {
	return "<Location_X>" + placeLatitude + "</Location_X><Location_Y>" + placeLongitude + "</Location_Y><Scale>16</Scale><Label>" + cdata(placeLabel) + "</Label>"
}

// composeEvent writes what follows an event's name. Needs mu.
func (s *Server) composeEvent(p Push) (string, error) {
	key := "<EventKey>" + cdata(p.EventKey) + "</EventKey>"
	ticket := p.Ticket
	if ticket == "" {
		ticket = randomURLText(88)
	}
	if p.Ticket != "" && p.Event != "SCAN" && p.Event != "subscribe" {
		return "", errors.New("ticket belongs to SCAN and subscribe")
	}
	switch p.Event {
	case "subscribe":
		if strings.HasPrefix(p.EventKey, scenePrefix) {
			return key + "<Ticket>" + cdata(ticket) + "</Ticket>", nil
		}
		if p.EventKey != "" {
			return "", errors.New("event_key of subscribe must begin with " + scenePrefix)
		}
		return key, nil
	case "unsubscribe":
		return "<EventKey></EventKey>", nil
	case "SCAN":
		return key + "<Ticket>" + cdata(ticket) + "</Ticket>", nil
	case "LOCATION":
		if p.EventKey != "" {
			return "", errors.New("LOCATION has no event_key")
		}
		return "<Latitude>" + placeLatitude + "</Latitude><Longitude>" + placeLongitude + "</Longitude><Precision>40.000000</Precision>", nil
	case "":
		return "", errors.New("event, text or message is needed")
	}
	return s.composeMenuEvent(p, key)
}

// menuEvents are what the buttons of a menu cause.
var menuEvents = []string{
	"CLICK", "VIEW", "view_miniprogram", "scancode_push", "scancode_waitmsg",
	"pic_sysphoto", "pic_photo_or_album", "pic_weixin", "location_select",
}

// composeMenuEvent writes what a button of the menu causes. Needs mu.
func (s *Server) composeMenuEvent(p Push, key string) (string, error) {
	switch {
	case !slices.Contains(menuEvents, p.Event):
		return "", fmt.Errorf("event %q is not modelled", p.Event)
	case p.EventKey == "":
		return "", errors.New("event_key is needed")
	}
	switch p.Event {
	case "VIEW", "view_miniprogram":
		if s.menu == nil {
			return "", errors.New(p.Event + " needs a published menu")
		}
		_, id := s.menuOf(p.OpenID)
		return key + fmt.Sprintf("<MenuId>%d</MenuId>", id), nil
	case "scancode_push", "scancode_waitmsg":
		return key + "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult>" + cdata(p.ScanResult) + "</ScanResult></ScanCodeInfo>", nil
	case "pic_sysphoto", "pic_photo_or_album", "pic_weixin":
		return key + "<SendPicsInfo><Count>1</Count><PicList><item><PicMd5Sum>" + cdata(randomHex(16)) + "</PicMd5Sum></item></PicList></SendPicsInfo>", nil
	case "location_select":
		return key + "<SendLocationInfo>" + placeXML() + "<Poiname><![CDATA[]]></Poiname></SendLocationInfo>", nil
	default: // CLICK
		return key, nil
	}
}
