package job_test

import (
	"context"
	"time"

	"quxiang/model"
	"quxiang/model/codes"
	"quxiang/model/store"
)

var tablesFor = codes.For

// storeAuditFilter narrows nothing.
var storeAuditFilter store.AuditFilter

type importStore = *store.Store

// killer ends the worker's context once it has imported a batch.
type killer struct {
	importStore
	kill  context.CancelFunc
	token string
}

func (k *killer) ClaimTask(ctx context.Context, lease time.Duration, now time.Time) (*model.Task, string, error) {
	t, token, err := k.importStore.ClaimTask(ctx, lease, now)
	k.token = token
	return t, token, err
}

func (k *killer) Import(ctx context.Context, rows []store.ImportRow, o store.ImportOptions) ([]store.ImportOutcome, error) {
	out, err := k.importStore.Import(ctx, rows, o)
	k.kill()
	return out, err
}
