package h5

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

const proofTitle = "证明材料"

// proofPath is where the graduate sees one of his own proofs.
func proofPath(id model.ProofID) string {
	return "/h5/proofs/" + strconv.FormatInt(int64(id), 10)
}

// proofsOfRecord are all proofs of the visit's graduate, read once.
func (v *visit) proofsOfRecord() ([]model.Proof, error) {
	if v.proofs == nil {
		all, err := v.h.o.Store.Proofs(v.ctx(), v.record.Graduate.ID)
		if err != nil {
			return nil, fmt.Errorf("h5: proofs: %w", err)
		}
		v.proofs = &all
	}
	return *v.proofs, nil
}

// proofBlock is what pages show of the proofs of the next revision (request 0)
// or of a request: with a form for more while more may be added.
func (v *visit) proofBlock(request int, hint string) (*web.Proofs, error) {
	all, err := v.proofsOfRecord()
	if err != nil {
		return nil, err
	}
	shown := model.ProofsFor(all, request)
	if request == 0 {
		shown = model.ProofsNext(v.record, all)
	}
	b := &web.Proofs{Title: proofTitle, Hint: hint}
	for _, p := range shown {
		tile := web.TileOf(p, proofPath(p.ID))
		if model.MayRemoveProof(v.record, v.cohort, p, v.now) == nil {
			tile.Remove = &web.Post{Action: proofPath(p.ID) + "/remove", Text: "删除", Kind: "default"}
		}
		b.Items = append(b.Items, tile)
	}
	if model.MayAddProof(v.record, v.cohort, all, request, v.now) == nil {
		b.Upload = &web.ProofUpload{Action: "/h5/proofs", Field: web.ProofField(model.MaxProofs-len(shown), "")}
		if request != 0 {
			b.Upload.Action += "?request=" + strconv.Itoa(request) // known before the body is read
		}
	}
	return b, nil
}

// proofsBeside are the proofs beside the form of a destination, whose fields go
// with every button of theirs.
func (v *visit) proofsBeside(d model.Destination, fault *model.Error) (*web.Proofs, error) {
	b, err := v.proofBlock(0, v.proofHint(d))
	if err != nil {
		return nil, err
	}
	b.Form = reportForm
	if b.Upload != nil {
		b.Upload.Field.Form = reportForm
		if fault != nil && fault.Field == "proof" {
			b.Upload.Field.Error = fault.Message
		}
	}
	return b, nil
}

// reportForm is the id of the form of a destination.
const reportForm = "report"

// keepTyped keeps what came with a button of the proofs from the form of a
// destination, as its draft.
func (v *visit) keepTyped() error {
	if v.typed("category") == "" {
		return nil // the proofs stood alone
	}
	d, err := v.typedDestination()
	if err != nil {
		return err
	}
	d, _ = d.Unproposed(v.started(), v.record.Graduate, v.record.School, v.codes)
	return v.keep(d)
}

// proofHint says what the destination's category asks for.
func (v *visit) proofHint(d model.Destination) string {
	cat, ok := v.codes.Category(d.Category)
	switch {
	case !ok:
		return "选定毕业去向后，这里会写明需要的证明材料。"
	case cat.Proof == "":
		return "“" + cat.Name + "”一般不需要证明材料。"
	default:
		return "“" + cat.Name + "”请上传：" + cat.Proof + "。上传或删除时，上面填写的内容一并保存为草稿。"
	}
}

// reportedProofs are the proofs of a revision that was handed in; nil when it
// has none.
func (v *visit) reportedProofs(revision int) (*web.Proofs, error) {
	all, err := v.proofsOfRecord()
	if err != nil {
		return nil, err
	}
	b := &web.Proofs{Title: proofTitle}
	for _, p := range model.ProofsOf(all, revision) {
		b.Items = append(b.Items, web.TileOf(p, proofPath(p.ID)))
	}
	if len(b.Items) == 0 {
		return nil, nil
	}
	return b, nil
}

// addProofs takes files for the next revision, or for the request that the
// address names. What can be kept is kept at once, whatever is wrong with the
// rest.
func (h *Handler) addProofs(v *visit) error {
	request, err := requestOf(v.c.Query("request"))
	if err != nil {
		return err
	}
	all, err := v.proofsOfRecord()
	if err != nil {
		return err
	}
	if err := model.MayAddProof(v.record, v.cohort, all, request, v.now); err != nil {
		return v.showProofs(request, 0, []error{err})
	}
	if err := v.receive(); err != nil {
		return v.showProofs(request, 0, []error{err})
	}
	kept, refused, err := v.keepProofs(request)
	if err != nil {
		return err
	}
	if request == 0 {
		err = v.keepTyped()
	}
	if e, ok := refusal(err); ok {
		refused = append(refused, e)
	} else if err != nil {
		return err
	}
	if kept == 0 && len(refused) == 0 {
		refused = []error{model.Invalid("proof", "请先选择照片或文件，再点“上传所选文件”。")}
	}
	if len(refused) > 0 {
		return v.showProofs(request, kept, refused)
	}
	return v.seeDone(proofsPage(request), doneProof+"#proofs")
}

// requestOf reads the number of a request; "" is none.
func requestOf(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, model.Errorf(model.CodeNotFound, "没有找到这项申请。").Because(err)
	}
	return n, nil
}

// keepProofs keeps the received files for the next revision (request 0) or a
// request, and returns how many and what is wrong with the others, those that
// could not be judged among them.
func (v *visit) keepProofs(request int) (kept int, refused []error, err error) {
	refused = v.refused
	for _, f := range v.files {
		p := model.Proof{GraduateID: v.record.Graduate.ID, Request: request, Type: f.Type, Name: f.name, Digest: f.digest}
		_, err := v.h.o.Store.AddProof(v.ctx(), p, f.Body, f.Thumb, func(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
			return model.AddProof(r, v.cohort, have, p, v.now)
		})
		v.proofs = nil
		switch e, ok := refusal(err); {
		case err == nil:
			kept++
		case ok:
			refused = append(refused, model.Invalid("proof", "%s：%s", f.name, e.Message).Because(err))
		default:
			return kept, refused, fmt.Errorf("h5: keep proof: %w", err)
		}
	}
	return kept, refused, nil
}

// proofsPage is where the proofs of the next revision or of a request stand.
func proofsPage(request int) string {
	if request == 0 {
		return "/h5/destination"
	}
	return "/h5/requests/" + strconv.Itoa(request)
}

// showProofs shows the proofs after some were refused, below banners on what
// came of the rest.
func (v *visit) showProofs(request, kept int, refused []error, banners ...web.Banner) error {
	v.proofs = nil
	status := http.StatusUnprocessableEntity
	if kept > 0 {
		banners = append(banners, web.Banner{Kind: web.BannerOK, Text: fmt.Sprintf("已上传 %d 个文件。", kept)})
	}
	for _, err := range refused {
		var e *model.Error
		if !errors.As(err, &e) || e.Code == model.CodeInternal || e.Code == model.CodeUnavailable {
			return err
		}
		status = web.Status(err)
		banners = append(banners, web.Banner{Kind: web.BannerError, Text: e.Message})
	}
	block, err := v.proofBlock(request, "")
	if err != nil {
		return err
	}
	back := web.Link{Href: proofsPage(request), Text: "返回毕业去向上报"}
	if request != 0 {
		back.Text = "返回申请"
	}
	return v.show(status, "proofs", proofTitle, proofsData{Proofs: block, Back: back}, banners...)
}

// proofsData is what template h5/proofs draws: proofs alone, after something
// went wrong with them.
type proofsData struct {
	Proofs *web.Proofs
	Back   web.Link
}

// proofOf is the graduate's own proof that the address names.
func (v *visit) proofOf() (model.Proof, error) {
	id, err := strconv.ParseInt(v.c.Param("id"), 10, 64)
	all, lerr := v.proofsOfRecord()
	if lerr != nil {
		return model.Proof{}, lerr
	}
	for _, p := range all {
		if err == nil && p.ID == model.ProofID(id) {
			return p, nil
		}
	}
	return model.Proof{}, model.Errorf(model.CodeNotFound, "没有找到这份证明材料，可能已经删除。")
}

// removeProof takes a proof back.
func (h *Handler) removeProof(v *visit) error {
	p, err := v.proofOf()
	if err != nil {
		return err
	}
	if err := v.keepTyped(); err != nil {
		return v.showProofs(p.Request, 0, []error{err})
	}
	err = h.o.Store.RemoveProof(v.ctx(), v.record.Graduate.ID, p.ID, func(r model.Record, have []model.Proof, p model.Proof) (model.ProofChange, error) {
		return model.RemoveProof(r, v.cohort, have, p.ID, v.now)
	})
	if _, ok := refusal(err); ok {
		return v.showProofs(p.Request, 0, []error{err})
	}
	if err != nil {
		return fmt.Errorf("h5: remove proof: %w", err)
	}
	return v.seeDone(proofsPage(p.Request), doneUnproof+"#proofs")
}

// proof sends one of the graduate's own proofs, and its thumbnail.
func (h *Handler) proof(v *visit) error      { return h.sendProof(v, false) }
func (h *Handler) proofThumb(v *visit) error { return h.sendProof(v, true) }

func (h *Handler) sendProof(v *visit, thumb bool) error {
	p, err := v.proofOf()
	if err != nil {
		return err
	}
	content, err := h.o.Store.ReadProof(v.ctx(), v.record.Graduate.ID, p.ID, thumb)
	if err != nil {
		return fmt.Errorf("h5: read proof: %w", err)
	}
	web.SendProof(v.c, p, content)
	return nil
}
