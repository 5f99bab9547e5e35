package wechattest

import (
	"errors"
	"fmt"
	"net/http"
	"time"
)

// clockAnswer tells the one clock, in the account's zone.
type clockAnswer struct {
	Now time.Time `json:"now"`
}

func (s *Server) showClock(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, clockAnswer{s.now().In(zone)})
}

// setClock moves the one clock to {now} or on by {advance}, and answers when what
// falls due on the way is done.
func (s *Server) setClock(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Now     *time.Time `json:"now"`
		Advance string     `json:"advance"`
	}
	if !readControl(w, r, &body) {
		return
	}
	now := s.now()
	to, err := clockTarget(now, body.Now, body.Advance)
	if err != nil {
		writeProblem(w, http.StatusBadRequest, err)
		return
	}
	if s.advance == nil {
		writeProblem(w, http.StatusNotImplemented, errors.New("this simulator runs on the real clock, which cannot be moved"))
		return
	}
	if err := s.advance(r.Context(), to); err != nil {
		s.log.Error("simulator: clock not moved", "error", err)
		writeProblem(w, http.StatusInternalServerError, fmt.Errorf("move the clock: %w", err))
		return
	}
	s.showClock(w, r)
}

func clockTarget(now time.Time, to *time.Time, advance string) (time.Time, error) {
	if (to == nil) == (advance == "") {
		return time.Time{}, errors.New("either now or advance is needed")
	}
	var target time.Time
	if to != nil {
		target = *to
	} else {
		d, err := time.ParseDuration(advance)
		if err != nil {
			return time.Time{}, errors.New(`advance must be a duration such as "24h"`)
		}
		target = now.Add(d)
	}
	if target.Before(now) {
		return time.Time{}, errors.New("the clock cannot go back")
	}
	return target, nil
}
