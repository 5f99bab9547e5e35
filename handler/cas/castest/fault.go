package castest

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"
)

// maxDelay bounds the delay of a fault.
const maxDelay = time.Minute

// fault makes the next requests slow, or fail, or both.
type fault struct {
	// Path is the path it is for; empty is both validation paths, which is
	// where an unreachable server hurts a program.
	Path string `json:"path"`
	// HTTPStatus is the answer, 400 to 599; 0 answers as usual.
	HTTPStatus int `json:"http_status"`
	// DelayMS comes before the answer, in milliseconds.
	DelayMS int64 `json:"delay_ms"`
	// Times is how many requests are hit: one if it is left out. 0 takes
	// all faults back.
	Times *int `json:"times"`
}

// addFault is POST /sim/faults.
func (s *Server) addFault(w http.ResponseWriter, r *http.Request) {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	var f fault
	if err := dec.Decode(&f); err != nil {
		http.Error(w, "无法读取："+err.Error(), http.StatusBadRequest)
		return
	}
	if f.Times == nil {
		one := 1
		f.Times = &one
	}
	switch {
	case *f.Times < 0:
		http.Error(w, "times 不能为负数。", http.StatusBadRequest)
		return
	case *f.Times > 0 && f.HTTPStatus == 0 && f.DelayMS == 0:
		http.Error(w, "http_status 和 delay_ms 至少填写一项。", http.StatusBadRequest)
		return
	case f.HTTPStatus != 0 && (f.HTTPStatus < 400 || f.HTTPStatus > 599):
		http.Error(w, "http_status 应在 400 至 599 之间。", http.StatusBadRequest)
		return
	case f.DelayMS < 0 || f.DelayMS > maxDelay.Milliseconds():
		http.Error(w, "delay_ms 应在 0 至 60000 之间。", http.StatusBadRequest)
		return
	}
	s.mu.Lock()
	if *f.Times == 0 {
		s.faults = nil
	} else {
		s.faults = append(s.faults, f)
	}
	s.mu.Unlock()
	w.WriteHeader(http.StatusNoContent)
}

// interfere applies the oldest fault that fits the request. It says whether
// the request was answered.
func (s *Server) interfere(w http.ResponseWriter, r *http.Request) bool {
	f, ok := s.takeFault(r.URL.Path)
	if !ok {
		return false
	}
	if f.DelayMS > 0 {
		timer := time.NewTimer(time.Duration(f.DelayMS) * time.Millisecond)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-r.Context().Done():
			return true
		}
	}
	if f.HTTPStatus == 0 {
		return false
	}
	http.Error(w, "学信网模拟器按要求返回的故障。", f.HTTPStatus)
	return true
}

// takeFault uses up one time of the fault it returns. The control addresses
// themselves never fail.
func (s *Server) takeFault(path string) (fault, bool) {
	if strings.HasPrefix(path, "/sim/") {
		return fault{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, f := range s.faults {
		if f.Path != path && (f.Path != "" || !strings.HasSuffix(path, "/serviceValidate")) {
			continue
		}
		if *f.Times--; *f.Times == 0 {
			s.faults = slices.Delete(s.faults, i, i+1)
		}
		return f, true
	}
	return fault{}, false
}
