package admin

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// jobWords names the jobs to people; commands and logs have their own names.
var jobWords = map[string]string{
	"ladder": "截止提醒", "purge": "清理过期数据", "import": "名单导入", "dispatch": "消息发送", "upstream": "收取上级平台的表格", "verified": "核验提醒",
}

// jobLine is a job's newest run.
type jobLine struct{ Name, Due, Finished, Outcome string }

// jobs shows the newest run of each job, how many messages are in each state,
// and which kinds of messages cannot be sent.
func (h *Handler) jobs(v visit) error {
	ctx := v.Request.Context()
	runs, err := h.o.Store.Jobs(ctx)
	if err != nil {
		return fmt.Errorf("admin: jobs: %w", err)
	}
	counts, err := h.o.Store.MessageCounts(ctx)
	if err != nil {
		return fmt.Errorf("admin: message counts: %w", err)
	}
	templates, err := h.o.Store.Templates(ctx)
	if err != nil {
		return fmt.Errorf("admin: templates: %w", err)
	}
	keys, err := h.o.Store.UpstreamKeys(ctx, v.op.SchoolCode)
	if err != nil {
		return fmt.Errorf("admin: upstream keys: %w", err)
	}
	lines := make([]jobLine, 0, len(runs))
	for _, r := range runs {
		l := jobLine{Name: cmp.Or(jobWords[r.Name], r.Name), Due: model.Minute(r.LastDue), Outcome: r.Outcome, Finished: "运行中"}
		switch {
		case r.Outcome == "" && !r.FinishedAt.IsZero(): // known to the runner, not due yet
			l.Due, l.Finished, l.Outcome = "–", "–", "尚未运行"
		case !r.FinishedAt.IsZero():
			l.Finished = model.Minute(r.FinishedAt)
		}
		lines = append(lines, l)
	}
	messages := web.Cells{Title: "消息"}
	for _, s := range messageStates {
		messages.Items = append(messages.Items, web.Cell{Label: stateWords[s], Value: strconv.Itoa(counts[s]) + " 条"})
	}
	p := web.Page{Title: "任务与消息", Data: map[string]any{
		"Jobs": lines, "Messages": messages, "Templates": templateCells(templates), "Upstream": upstreamLines(keys), "Empty": web.Empty{Text: "还没有运行过任务。"},
	}}
	for _, t := range templates {
		if t.Stopped != "" {
			p.Banner = append(p.Banner, web.Banner{Kind: web.BannerError, Text: "“" + messageWords[t.Kind] + "”消息已停发：" + t.Stopped})
		}
	}
	return h.show(v, http.StatusOK, "jobs", p)
}

// upstreamLine is what a platform's key has brought.
type upstreamLine struct {
	Key, School, Platform, State, Last string
	Posts                              int
	model.Tally
}

// upstreamLines says of each key when it was last used, and for what.
func upstreamLines(keys []model.UpstreamKey) []upstreamLine {
	lines := make([]upstreamLine, len(keys))
	for i, k := range keys {
		lines[i] = upstreamLine{Key: k.ID, School: k.SchoolCode, Platform: k.Platform, State: "有效", Last: "尚未推送", Posts: k.Posts, Tally: k.Tally}
		if !k.ReceivedAt.IsZero() {
			lines[i].Last = model.Minute(k.ReceivedAt)
		}
		if !k.RevokedAt.IsZero() {
			lines[i].State = "已停用"
		}
	}
	return lines
}

// templateCells says for each kind of message whether it can be sent.
func templateCells(templates []model.Template) web.Cells {
	mapped := map[model.MessageKind]model.Template{}
	for _, t := range templates {
		mapped[t.Kind] = t
	}
	c := web.Cells{Title: "消息模板"}
	for _, kind := range model.MessageKinds() {
		cell := web.Cell{Label: messageWords[kind], Value: "未配置模板，不会发送"}
		if t, ok := mapped[kind]; ok {
			cell.Value = "使用中"
			if t.Stopped != "" {
				cell.Value, cell.Note = "已停发", t.Stopped
			}
		}
		c.Items = append(c.Items, cell)
	}
	return c
}
