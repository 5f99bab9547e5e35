package wechattest

import (
	"fmt"
	"maps"
	"time"
)

// codeNotModelled is the simulator's own: the platform has no such errcode.
const codeNotModelled = 404

// apiError is an errcode to answer with.
type apiError struct {
	code int
	// detail follows the message, to name the field or parameter.
	detail string
	// loud says that the simulator does not model what was asked, which the log
	// must show; the platform might have taken it.
	loud bool
	// text stands in for the platform's usual words, status for HTTP 200.
	text   string
	status int
}

// answer is the platform's body for an errcode; errcode 0 too.
type answer struct {
	Code    int    `json:"errcode"`
	Message string `json:"errmsg"`
	// rid is the id in Message, by which rid/get finds the call again.
	rid string
}

func answerOf(e *apiError, now time.Time) answer {
	if e.code == 0 {
		return answer{Message: "ok"}
	}
	text, known := messages[e.code]
	if !known {
		text = "simulated error"
	}
	if e.text != "" {
		text = e.text
	}
	if e.detail != "" {
		text += " " + e.detail
	}
	rid := fmt.Sprintf("%08x-%s-%s", uint32(now.Unix()), randomHex(4), randomHex(4)) // #nosec G115 -- an id
	return answer{Code: e.code, Message: text + " rid: " + rid, rid: rid}
}

// messages are the platform's words for the errcodes that the simulator gives by
// itself or that faults commonly ask for (全局返回码说明).
var messages = map[int]string{
	codeNotModelled: "simulator does not model",
	-1:              "system error",
	40001:           "invalid credential, access_token is invalid or not latest",
	40002:           "invalid grant_type",
	40003:           "invalid openid",
	40007:           "invalid media_id",
	40013:           "invalid appid",
	40014:           "invalid access_token",
	40015:           "invalid menu type",
	40016:           "invalid button size",
	40017:           "invalid button type",
	40018:           "invalid button name size",
	40019:           "invalid button key size",
	40020:           "invalid button url size",
	40022:           "invalid sub menu level",
	40023:           "invalid sub button size",
	40024:           "invalid sub button type",
	40025:           "invalid sub button name size",
	40026:           "invalid sub button key size",
	40027:           "invalid sub button url size",
	40029:           "invalid code",
	40030:           "invalid refresh_token",
	40032:           "invalid openid list size",
	40033:           "invalid charset. please check your request, if include \\uxxxx will create fail!",
	40035:           "invalid args",
	40036:           "invalid template_id size",
	40037:           "invalid template_id",
	40052:           "invalid action name",
	40053:           "invalid action info, please check document",
	40054:           "invalid sub button url domain",
	40055:           "invalid button url domain",
	40097:           "invalid args",
	40125:           "invalid appsecret",
	40163:           "code been used",
	40164:           "invalid ip 127.0.0.1, not in whitelist",
	40165:           "invalid weapp pagepath",
	40252:           "message is held for review",
	41001:           "access_token missing",
	41002:           "appid missing",
	41003:           "refresh_token missing",
	41004:           "appsecret missing",
	41008:           "missing code",
	41009:           "openid missing",
	42001:           "access_token expired",
	42002:           "refresh_token expired",
	42003:           "code expired",
	43001:           "require GET method",
	43002:           "require POST method",
	43004:           "require subscribe",
	43019:           "require remove blacklist",
	44002:           "empty post data",
	45002:           "content size out of limit",
	45009:           "reach max api daily quota limit",
	45011:           "api minute-quota reach limit mustslower retry next minute",
	45026:           "template num exceeds limit",
	45029:           "qrcode count out of limit",
	45056:           "tags number out of limit",
	45057:           "can't delete the tag that has too many fans",
	45058:           "can't modify sys tag",
	45059:           "can not tag the user more than 20 tags",
	45157:           "invalid tag name",
	45158:           "invalid tag name size",
	45159:           "invalid tag id",
	46003:           "menu no exist",
	47001:           "data format error",
	47003:           "argument invalid!",
	48001:           "api unauthorized",
	48002:           "user block receive message",
	48004:           "api forbidden for irregularities",
	48006:           "forbid to clear quota because of reaching the limit",
	49003:           "not match openid with appid",
	53600:           "invalid article_id",
	76001:           "rid not found",
	65301:           "not exist menuid openid",
	65302:           "there is no such user",
	65303:           "there is no selfmenu, please create selfmenu first",
	65304:           "match rule empty",
	65305:           "menu count limit",
	65307:           "conditional menu is empty",
	65308:           "exist empty button act",
	65316:           "contain more than 3 domains",
	65317:           "contain an invalid url",
	65320:           "sex, region and language are offline in match rule",
	76021:           "cgi_path not found, please check",
	76022:           "could not use this cgi_path, no permission",
}

// Errcodes lists the platform's errcodes that the simulator can give or that a
// fault may ask for, with their words.
func Errcodes() map[int]string {
	found := maps.Clone(messages)
	delete(found, codeNotModelled)
	return found
}
