package wechattest

import (
	"context"
	"fmt"
	"net/http"
	"time"
)

// Fault is what happens to the next calls of one path instead of, or on top of,
// what the simulator would do.
type Fault struct {
	// Path is one of the modelled paths.
	Path string `json:"path"`
	// Errcode answers HTTP 200 with that errcode; the call does nothing.
	Errcode int `json:"errcode"`
	// HTTPStatus answers that status and no JSON; the call does nothing.
	HTTPStatus int `json:"http_status"`
	// DelayMS holds the answer back, in real milliseconds. Without an Errcode or
	// HTTPStatus the call itself is served first: a client that gives up waiting has
	// sent its message.
	DelayMS int `json:"delay_ms"`
	// Times is how many calls it meets. Nil means one; 0 ends the path's fault.
	Times *int `json:"times"`
}

// SetFault replaces the fault of f.Path. It fails on a path that is not modelled
// and on a fault that would do nothing.
func (s *Server) SetFault(f Fault) error {
	if _, modelled := s.endpoints[f.Path]; !modelled && f.Path != authorizePath {
		return fmt.Errorf("path %q is not modelled", f.Path)
	}
	times := 1
	if f.Times != nil {
		times = *f.Times
	}
	switch {
	case times < 0:
		return fmt.Errorf("times must not be negative")
	case f.DelayMS < 0:
		return fmt.Errorf("delay_ms must not be negative")
	case f.HTTPStatus != 0 && (f.HTTPStatus < 300 || f.HTTPStatus > 599):
		return fmt.Errorf("http_status must be 300 to 599")
	case times > 0 && f.Errcode == 0 && f.HTTPStatus == 0 && f.DelayMS == 0:
		return fmt.Errorf("errcode, http_status or delay_ms is needed")
	}
	f.Times = &times
	s.mu.Lock()
	defer s.mu.Unlock()
	if times == 0 {
		delete(s.faults, f.Path)
		return nil
	}
	s.faults[f.Path] = &f
	return nil
}

// takeFault uses up one of the path's faults; nil when it has none.
func (s *Server) takeFault(path string) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.faults[path]
	if f == nil {
		return nil
	}
	*f.Times--
	if *f.Times == 0 {
		delete(s.faults, path)
	}
	taken := *f
	return &taken
}

// fails reports whether the fault answers in the call's place.
func (f *Fault) fails() bool { return f != nil && (f.Errcode != 0 || f.HTTPStatus != 0) }

// answer is what the caller is told, and the id that it names.
func (f *Fault) answer(now time.Time) (status int, body []byte, rid string) {
	if f.HTTPStatus != 0 && f.Errcode == 0 {
		return f.HTTPStatus, []byte("<html><body><h1>" + http.StatusText(f.HTTPStatus) + "</h1></body></html>"), ""
	}
	status = http.StatusOK
	if f.HTTPStatus != 0 {
		status = f.HTTPStatus
	}
	a := answerOf(&apiError{code: f.Errcode}, now)
	return status, marshal(a), a.rid
}

// wait holds the answer back and reports false when the client went first.
func (f *Fault) wait(ctx context.Context) bool {
	if f == nil || f.DelayMS == 0 {
		return true
	}
	timer := time.NewTimer(time.Duration(f.DelayMS) * time.Millisecond)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
