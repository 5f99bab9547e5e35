package admin

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"quxiang/handler/web"
	"quxiang/model"
)

// proofPath is where an operator sees a proof of a graduate.
func proofPath(p model.Proof) string {
	return graduatePath(p.GraduateID) + "/proofs/" + strconv.FormatInt(int64(p.ID), 10)
}

// proofs are those proofs of a record that the operator may see.
func (h *Handler) proofs(ctx context.Context, op model.Operator, r model.Record) ([]model.Proof, error) {
	all, err := h.o.Store.Proofs(ctx, r.Graduate.ID)
	if err != nil {
		return nil, fmt.Errorf("admin: proofs: %w", err)
	}
	return slices.DeleteFunc(all, func(p model.Proof) bool { return !op.MaySeeProof(r, p) }), nil
}

// proofBlock shows some proofs. key tells apart the blocks of one page; empty is
// said where there are none, and "" then shows no block at all.
func proofBlock(key, title, empty string, some []model.Proof) *web.Proofs {
	if len(some) == 0 && empty == "" {
		return nil
	}
	b := &web.Proofs{Key: key, Title: title, Empty: empty}
	for _, p := range some {
		tile := web.TileOf(p, proofPath(p))
		tile.Beside = true
		b.Items = append(b.Items, tile)
	}
	return b
}

// showProofs adds the proofs of the latest revision, of those before it and of
// the 变更申请 that waits.
func (h *Handler) showProofs(ctx context.Context, v visit, r model.Record, d *graduateData) error {
	last := r.Latest()
	if last == nil {
		return nil
	}
	all, err := h.proofs(ctx, v.op, r)
	if err != nil {
		return err
	}
	d.Proofs = proofBlock("proofs", "证明材料", "没有上传证明材料。", model.ProofsOf(all, last.Number))
	for i := range d.Earlier {
		n := d.Earlier[i].Number
		d.Earlier[i].Proofs = proofBlock(fmt.Sprintf("proofs-%d", n), fmt.Sprintf("第 %d 次上报的证明材料", n), "", model.ProofsOf(all, n))
	}
	if d.Change != nil {
		d.ChangeProofs = proofBlock("proofs-change", "变更申请的证明材料", "没有上传证明材料。", model.ProofsFor(all, changeOf(r).Number))
	}
	return nil
}

// proof sends the whole of a proof, proofThumb the small picture that pages about
// its graduate show.
func (h *Handler) proof(v visit) error      { return h.sendProof(v, false) }
func (h *Handler) proofThumb(v visit) error { return h.sendProof(v, true) }

// sendProof sends a proof to an operator, and notes that he saw the whole of it.
func (h *Handler) sendProof(v visit, thumb bool) error {
	r, p, err := h.proofOf(v)
	if err != nil {
		return err
	}
	content, err := h.o.Store.ReadProof(v.Request.Context(), r.Graduate.ID, p.ID, thumb)
	if err != nil {
		return fmt.Errorf("admin: read proof: %w", err)
	}
	if !thumb {
		if err := h.o.Store.AddAudit(v.Request.Context(), model.ProofViewed(r, p, v.op, h.o.Web.Now())); err != nil {
			return fmt.Errorf("admin: audit: %w", err)
		}
	}
	web.SendProof(v.Context, p, content)
	return nil
}

// proofOf loads the proof that the address names, which is not found unless the
// operator may see it.
func (h *Handler) proofOf(v visit) (model.Record, model.Proof, error) {
	r, err := h.record(v)
	if err != nil {
		return r, model.Proof{}, err
	}
	all, err := h.proofs(v.Request.Context(), v.op, r)
	if err != nil {
		return r, model.Proof{}, err
	}
	id, err := strconv.ParseInt(v.Param("proof"), 10, 64)
	i := slices.IndexFunc(all, func(p model.Proof) bool { return err == nil && p.ID == model.ProofID(id) })
	if i < 0 {
		return r, model.Proof{}, model.Errorf(model.CodeNotFound, "没有找到这份证明材料，或不在您的管理范围内。")
	}
	return r, all[i], nil
}
