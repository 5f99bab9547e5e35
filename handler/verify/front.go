package verify

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
)

// front is 选择登录用户 (guide, figures 2 and 9). The graduate's way goes on by
// WeChat or by CHSI: the guard of /h5 chooses.
func (h *Handler) front(c *gin.Context) error {
	ways := web.Links{Items: []web.Link{{
		Href: "/h5/home", Text: "毕业生去向登记", Note: "核对基本信息、去向登记确认、核验授权",
	}}}
	ways.Items = append(ways.Items, modules().Items...)
	return h.o.Web.Page(c, http.StatusOK, "verify/front", web.Page{
		Title: "选择登录用户",
		Data: map[string]any{
			"Ways": ways,
			"More": web.Links{Items: []web.Link{
				{Href: "/admin", Text: "管理人员登录"},
				{Href: "/cannot-login", Text: "无法登录？"},
				{Href: "/help", Text: "帮助"},
			}},
		},
	})
}

// modules are the two ways to verify with name and number.
func modules() web.Links {
	notes := map[model.FormKind]string{
		model.FormArchive:   "档案接收管理部门：凭毕业生姓名和核验编号核验",
		model.FormHousehold: "户籍接收管理部门：凭毕业生姓名和核验编号核验",
	}
	var l web.Links
	for _, kind := range model.FormKinds() {
		l.Items = append(l.Items, web.Link{Href: "/verify/" + string(kind), Text: kind.Module(), Note: notes[kind]})
	}
	return l
}

func (h *Handler) help(c *gin.Context) error {
	return h.o.Web.Page(c, http.StatusOK, "verify/help", web.Page{Title: "帮助"})
}
