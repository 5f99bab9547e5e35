package store

import (
	"context"
	"log/slog"
	"time"

	"gorm.io/gorm/logger"
)

// slowQuery is from when on a statement is worth a line in the log.
const slowQuery = 200 * time.Millisecond

// queryLog is GORM's logger: slow statements with placeholders in place of
// their values, and nothing else. Errors are returned and logged once, at the
// edge.
type queryLog struct {
	log  *slog.Logger
	slow time.Duration // statements that took less are not logged
}

// LogMode returns the logger unchanged: there is one level.
func (q queryLog) LogMode(logger.LogLevel) logger.Interface { return q }

// Info drops GORM's remarks.
func (q queryLog) Info(context.Context, string, ...any) {}

// Warn passes a warning on, without its arguments: they can be values.
func (q queryLog) Warn(ctx context.Context, msg string, _ ...any) {
	q.log.WarnContext(ctx, "gorm", "message", msg)
}

// Error passes an error on, without its arguments.
func (q queryLog) Error(ctx context.Context, msg string, _ ...any) {
	q.log.ErrorContext(ctx, "gorm", "message", msg)
}

// ParamsFilter keeps values out of the statement that Trace receives.
func (q queryLog) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace logs a slow statement.
func (q queryLog) Trace(ctx context.Context, begin time.Time, statement func() (string, int64), _ error) {
	took := time.Since(begin)
	if took < q.slow {
		return
	}
	sql, rows := statement()
	if len(sql) > 500 {
		sql = sql[:500] + "…"
	}
	q.log.WarnContext(ctx, "slow query", "sql", sql, "rows", rows, "took", took)
}
