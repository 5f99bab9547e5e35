package h5

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"quxiang/handler/web"
	"quxiang/model"
	"quxiang/model/codes"
)

// visit is one request of a graduate to a page about the graduate's record.
type visit struct {
	h       *Handler
	c       *gin.Context
	now     time.Time
	record  model.Record
	cohort  model.Cohort
	codes   *codes.Table
	contact *model.Contact

	proofs  *[]model.Proof // see proofsOfRecord
	files   []received     // see receive
	refused []error
}

// page is a page of this area.
type page func(v *visit) error

// visited loads the record of the session for a page. The session says whose
// it was at login; that the record is still linked to the same account is asked
// at every request.
func (h *Handler) visited(p page) web.Handler {
	return func(c *gin.Context) error {
		s := web.SessionOf(c)
		if s == nil || s.AccountID == 0 || s.GraduateID == 0 {
			return model.Errorf(model.CodeUnauthenticated, "登录已过期，请重新登录。")
		}
		v := &visit{h: h, c: c, now: h.o.Web.Now()}
		r, err := h.o.Store.Record(v.ctx(), s.GraduateID)
		if err != nil {
			return fmt.Errorf("h5: load record: %w", err)
		}
		if r.Graduate.AccountID != s.AccountID {
			return model.Errorf(model.CodeForbidden, "这条学籍信息没有与您的学信网账号关联。请退出后重新登录。")
		}
		v.record = r
		v.contact = h.o.Web.ContactFor(c, r.Graduate)
		if v.cohort, err = h.o.Store.Cohort(v.ctx(), r.Graduate.CohortCode); err != nil {
			return fmt.Errorf("h5: load cohort: %w", err)
		}
		if v.codes, err = h.o.Codes(v.cohort.CodeTable); err != nil {
			return fmt.Errorf("h5: code tables: %w", err)
		}
		return p(v)
	}
}

// posted is visited for a form that was sent.
func (h *Handler) posted(p page) web.Handler {
	visited := h.visited(p)
	return func(c *gin.Context) error {
		if err := web.Form(c); err != nil {
			return err
		}
		return visited(c)
	}
}

func (v *visit) ctx() context.Context { return v.c.Request.Context() }

// typed is a posted value without blanks around it.
func (v *visit) typed(name string) string { return strings.TrimSpace(v.c.Request.PostForm.Get(name)) }

// change runs a rule on the record of this visit. The record is replaced also
// when the rule refused, so that the page can show the present state.
func (v *visit) change(rule func(model.Record) (model.Change, error)) error {
	r, err := v.h.o.Store.Change(v.ctx(), v.record.Graduate.ID, rule)
	if err == nil {
		v.record = r
		return nil
	}
	var refused *model.Error
	if errors.As(err, &refused) && refused.Code != model.CodeInvalid {
		if r, lerr := v.h.o.Store.Record(v.ctx(), v.record.Graduate.ID); lerr == nil {
			v.record = r
		}
	}
	return err
}

// refusal is what a page must say about an error of a rule: a notice above the
// present state, with the field to mark if one is to blame. ok is false for
// errors that are no answer to what the graduate did; those get the error page.
func refusal(err error) (e *model.Error, ok bool) {
	if !errors.As(err, &e) {
		return nil, false
	}
	switch e.Code {
	case model.CodeInvalid, model.CodeChanged, model.CodeConflict, model.CodeLocked, model.CodeClosed, model.CodeNotFound:
		return e, true
	default:
		return nil, false
	}
}

// banner says a refusal above the page, also one that is said at its field: the
// field may be far below.
func banner(e *model.Error) web.Banner {
	switch e.Code {
	case model.CodeInvalid:
		return web.Banner{Kind: web.BannerError, Text: e.Message}
	case model.CodeChanged, model.CodeConflict:
		return web.Banner{Kind: web.BannerWarn, Text: e.Message}
	default:
		return web.Banner{Kind: web.BannerInfo, Text: e.Message}
	}
}

// show renders a page of this area. banners are put above its content.
func (v *visit) show(status int, name, title string, data any, banners ...web.Banner) error {
	if b, ok := done[v.c.Query("done")]; ok && status == http.StatusOK {
		banners = append([]web.Banner{{Kind: web.BannerOK, Text: b}}, banners...)
	}
	return v.h.o.Web.Page(v.c, status, "h5/"+name, web.Page{
		Title: title, Contact: v.contact, Banner: banners, Data: data,
	})
}

// seeDone leads to a page that says what was just done.
func (v *visit) seeDone(path, what string) error {
	return web.SeeOther(v.c, path+"?done="+what)
}

// What has been done, as the page after a post says it. The key is in the
// address and says nothing about the person.
const (
	doneDraft     = "draft"
	doneReported  = "reported"
	doneConfirmed = "confirmed"
	doneWrong     = "wrong"
	doneMade      = "made"
	doneExtended  = "extended"
	doneRevoked   = "revoked"
	doneNoted     = "noted"
	doneProof     = "proof"
	doneUnproof   = "unproof"

	doneAsked      = "asked"
	doneCorrecting = "correcting"
	doneDisputed   = "disputed"
	doneWithdrawn  = "withdrawn"

	doneUnconsented = "unconsented"
)

var done = map[string]string{
	doneDraft:     "草稿已保存，尚未提交审核。",
	doneReported:  "毕业去向已提交，等待学院审核。",
	doneConfirmed: "您已确认登记去向。",
	doneWrong:     "已记录信息有误。更新后的去向通过审核后，请再次确认。",
	doneMade:      "已授权核验。请把登记信息表或核验编号提供给接收部门。",
	doneExtended:  "有效期已更新。",
	doneRevoked:   "核验编号已撤销，不能再用于核验。",
	doneNoted:     "备注已更新。",
	doneProof:     "证明材料已上传。",
	doneUnproof:   "证明材料已删除。",

	doneAsked:      "变更申请已提交，等待学院审核。",
	doneCorrecting: "更正申请已提交，由学校处理。其他信息无误的，可以继续办理。",
	doneDisputed:   "您反映的情况已交学校监督人员核实。",
	doneWithdrawn:  "申请已撤回。",

	doneUnconsented: "已撤回核验授权同意，全部核验编号立即失效。",
}
