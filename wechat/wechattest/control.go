package wechattest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
)

// maxControlBody caps the body of a control call.
const maxControlBody = 64 << 10

// controlRoutes are the addresses by which a test or a person steers the
// simulator. Bodies are JSON; an unknown field is refused by name.
func (s *Server) controlRoutes(mux *http.ServeMux) {
	mux.HandleFunc("GET /sim/account", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.account) })
	mux.HandleFunc("GET /sim/inbox", s.controlInbox)
	mux.HandleFunc("GET /sim/calls", s.controlCalls)
	mux.HandleFunc("GET /sim/deliveries", func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, http.StatusOK, s.Deliveries()) })
	mux.HandleFunc("POST /sim/followers", s.controlFollowers)
	mux.HandleFunc("POST /sim/unfollow", s.controlUnfollow)
	mux.HandleFunc("POST /sim/push", s.controlPush)
	mux.HandleFunc("POST /sim/faults", s.controlFaults)
	mux.HandleFunc("POST /sim/receipts", s.controlReceipts)
	mux.HandleFunc("POST /sim/phone", s.controlPhone)
	mux.HandleFunc("POST /sim/scan", s.controlScan)
	mux.HandleFunc("POST /sim/menu", s.controlMenu)
	mux.HandleFunc("POST /sim/tokens", s.controlTokens)
	mux.HandleFunc("GET /sim/settings", s.controlSettings)
	mux.HandleFunc("POST /sim/settings", s.controlSettings)
	mux.HandleFunc("GET /sim/clock", s.showClock)
	mux.HandleFunc("POST /sim/clock", s.setClock)
	mux.HandleFunc("/sim/", func(w http.ResponseWriter, r *http.Request) {
		s.log.Warn("simulator: control address does not exist", "method", r.Method, "path", r.URL.Path)
		writeProblem(w, http.StatusNotFound, fmt.Errorf("%s %s does not exist", r.Method, r.URL.Path))
	})
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, _ = w.Write(append(marshal(v), '\n'))
}

func writeProblem(w http.ResponseWriter, status int, err error) {
	writeJSON(w, status, map[string]string{"error": err.Error()})
}

// readControl reads a body into dst or answers 400. No body at all is an empty
// object, as long as dst takes one.
func readControl(w http.ResponseWriter, r *http.Request, dst any) bool {
	err := decodeStrict(http.MaxBytesReader(w, r.Body, maxControlBody), dst)
	if err == nil || errors.Is(err, io.EOF) {
		return true
	}
	if name, unknown := unknownField(err); unknown {
		err = fmt.Errorf("unknown field %q", name)
	}
	writeProblem(w, http.StatusBadRequest, err)
	return false
}

// problemStatus maps an error of the Go side to an HTTP status.
func problemStatus(err error) int {
	switch {
	case errors.Is(err, ErrUnknownPhone), errors.Is(err, ErrNoCode):
		return http.StatusNotFound
	case errors.Is(err, ErrNoCallback):
		return http.StatusConflict
	default:
		return http.StatusBadRequest
	}
}

func (s *Server) controlInbox(w http.ResponseWriter, r *http.Request) {
	openid := r.URL.Query().Get("openid")
	if _, known := s.Phone(openid); !known {
		writeProblem(w, http.StatusNotFound, ErrUnknownPhone)
		return
	}
	writeJSON(w, http.StatusOK, s.Inbox(openid))
}

func (s *Server) controlCalls(w http.ResponseWriter, r *http.Request) {
	since, ok := readSince(w, r)
	if ok {
		writeJSON(w, http.StatusOK, s.Calls(since))
	}
}

func readSince(w http.ResponseWriter, r *http.Request) (int64, bool) {
	text := r.URL.Query().Get("since")
	if text == "" {
		return 0, true
	}
	since, err := strconv.ParseInt(text, 10, 64)
	if err != nil || since < 0 {
		writeProblem(w, http.StatusBadRequest, errors.New("since must be a number from 0"))
		return 0, false
	}
	return since, true
}

func (s *Server) controlFollowers(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Snapshot    bool `json:"snapshot"`
		Blacklisted bool `json:"blacklisted"`
		Refuses     bool `json:"refuses"`
		Demo        int  `json:"demo"`
	}
	if !readControl(w, r, &body) {
		return
	}
	if body.Demo != 0 {
		if err := s.MeetDemo(body.Demo); err != nil {
			writeProblem(w, http.StatusBadRequest, err)
			return
		}
		writeJSON(w, http.StatusOK, map[string]int{"demo": body.Demo})
		return
	}
	openid, err := s.AddFollower(r.Context(), Phone{Snapshot: body.Snapshot, Blacklisted: body.Blacklisted, Refuses: body.Refuses})
	if err != nil {
		writeProblem(w, problemStatus(err), err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"openid": openid})
}

func (s *Server) controlUnfollow(w http.ResponseWriter, r *http.Request) {
	var body struct {
		OpenID string `json:"openid"`
	}
	if !readControl(w, r, &body) {
		return
	}
	if err := s.Unfollow(r.Context(), body.OpenID); err != nil {
		writeProblem(w, problemStatus(err), err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"openid": body.OpenID})
}

func (s *Server) controlPush(w http.ResponseWriter, r *http.Request) {
	var body Push
	if !readControl(w, r, &body) {
		return
	}
	result, err := s.Push(r.Context(), body)
	if err != nil {
		writeProblem(w, problemStatus(err), err)
		return
	}
	writeJSON(w, http.StatusOK, result)
}

func (s *Server) controlFaults(w http.ResponseWriter, r *http.Request) {
	var body Fault
	if !readControl(w, r, &body) {
		return
	}
	if err := s.SetFault(body); err != nil {
		writeProblem(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, map[string]string{"path": body.Path})
}

func (s *Server) controlReceipts(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Mode ReceiptMode `json:"mode"`
	}
	if !readControl(w, r, &body) {
		return
	}
	if err := s.SetReceipts(body.Mode); err != nil {
		writeProblem(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

func (s *Server) controlPhone(w http.ResponseWriter, r *http.Request) {
	var body PhoneChange
	if !readControl(w, r, &body) {
		return
	}
	phone, err := s.ChangePhone(body)
	if err != nil {
		writeProblem(w, problemStatus(err), err)
		return
	}
	writeJSON(w, http.StatusOK, phone)
}

func (s *Server) controlScan(w http.ResponseWriter, r *http.Request) {
	var body Scan
	if !readControl(w, r, &body) {
		return
	}
	result, err := s.Scan(r.Context(), body)
	if err != nil {
		writeProblem(w, problemStatus(err), err)
		return
	}
	writeJSON(w, http.StatusOK, result)
}

func (s *Server) controlTokens(w http.ResponseWriter, r *http.Request) {
	var body struct {
		Errcode int `json:"errcode"`
	}
	if !readControl(w, r, &body) {
		return
	}
	if err := s.SpoilTokens(body.Errcode); err != nil {
		writeProblem(w, http.StatusBadRequest, err)
		return
	}
	writeJSON(w, http.StatusOK, body)
}
