package oauth

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
)

// stopped is what template h5/stopped draws: a login that cannot go on by
// itself, and the one way on.
type stopped struct {
	Status int
	Title  string
	Lead   string
	Steps  []string // what to do, in order
	Way    web.Link
}

func (h *Handler) stop(c *gin.Context, s stopped) error {
	return h.page(c, s.Status, "stopped", s.Title, nil, s)
}

// snapshotPage is for WeChat's 快照页, whose user is virtual and never bound
// (WeChat, is_snapshotuser).
func snapshotPage(next string) *stopped {
	return &stopped{
		Status: http.StatusOK, Title: "请使用完整服务",
		Lead:  "您正在浏览微信提供的网页快照，快照中无法确认您的身份。",
		Steps: []string{"请点右下角“使用完整服务”。", "页面切换后，再打开“去向登记”；也可以点下面的按钮。"},
		Way:   web.Link{Href: with(pathWeChat, next), Text: "已切换，重新打开"},
	}
}

func wechatDownPage(next string) *stopped {
	return &stopped{
		Status: http.StatusServiceUnavailable, Title: "微信暂时无法连接",
		Lead: "暂时没有取得您的微信身份，通常很快就会恢复。您的登记信息不受影响。",
		Way:  web.Link{Href: with(pathWeChat, next), Text: "重试"},
	}
}

func chsiDownPage(next string) *stopped {
	return &stopped{
		Status: http.StatusServiceUnavailable, Title: "学信网暂时无法连接",
		Lead: "学信网没有回应，暂时不能确认您的登录，通常很快就会恢复。您的登记信息不受影响；如急需办理，请联系辅导员或学校就业指导中心。",
		Way:  web.Link{Href: with(pathCHSI, next), Text: "重试"},
	}
}

func ticketRefusedPage(next string) *stopped {
	return &stopped{
		Status: http.StatusGone, Title: "请重新登录",
		Lead: "这次学信网登录的凭证已失效，可能是停留时间过长，或页面被重复打开。",
		Way:  web.Link{Href: with(pathCHSI, next), Text: "重新登录"},
	}
}
