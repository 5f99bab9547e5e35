package wechattest

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// ReceiptMode is what becomes of accepted template messages from now on.
type ReceiptMode string

// The modes of POST /sim/receipts.
const (
	ReceiptSuccess      ReceiptMode = "success"       // delivered, told at once
	ReceiptBlock        ReceiptMode = "block"         // failed:user block
	ReceiptSystemFailed ReceiptMode = "system_failed" // failed: system failed
	ReceiptFreqLimit    ReceiptMode = "freq_limit"    // failed:freq limit
	ReceiptNone         ReceiptMode = "none"          // delivered, never told
	ReceiptLate         ReceiptMode = "late"          // delivered, told after Options.ReceiptDelay
	ReceiptDouble       ReceiptMode = "double"        // delivered, told twice
	ReceiptEarly        ReceiptMode = "early"         // delivered, told before the send is answered
	ReceiptBurst        ReceiptMode = "burst"         // delivered, told all at once when the mode changes
)

// receiptModes lists them all.
func receiptModes() []ReceiptMode {
	return []ReceiptMode{
		ReceiptSuccess, ReceiptBlock, ReceiptSystemFailed, ReceiptFreqLimit,
		ReceiptNone, ReceiptLate, ReceiptDouble, ReceiptEarly, ReceiptBurst,
	}
}

// status is the Status of the event. The space in "failed: system failed" is the
// platform's.
func (m ReceiptMode) status() string {
	switch m {
	case ReceiptBlock:
		return "failed:user block"
	case ReceiptSystemFailed:
		return "failed: system failed"
	case ReceiptFreqLimit:
		return "failed:freq limit"
	default:
		return "success"
	}
}

// reaches reports whether the message gets to the phone.
func (m ReceiptMode) reaches() bool { return m.status() == "success" }

// SetReceipts changes the mode; it fails on one that does not exist. Receipts that
// a burst holds are pushed now, all of them, even when the new mode is burst too.
func (s *Server) SetReceipts(mode ReceiptMode) error {
	if !slices.Contains(receiptModes(), mode) {
		return fmt.Errorf("mode must be one of %v", receiptModes())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.receipts = mode
	held := s.outbound.held
	s.outbound.held = nil
	for _, m := range held {
		s.enqueue(m)
	}
	return nil
}

func (s *Server) receipt(mode ReceiptMode, openid string, msgID int64, now time.Time) message {
	return s.compose(openid, "event", eventTemplateJob, now, fmt.Sprintf(
		"<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>%d</MsgID><Status><![CDATA[%s]]></Status>", msgID, mode.status(),
	))
}

// queueReceipt pushes as the mode says. Needs mu.
func (s *Server) queueReceipt(mode ReceiptMode, receipt message) {
	switch mode {
	case ReceiptNone, ReceiptEarly:
	case ReceiptDouble:
		s.enqueue(receipt)
		s.enqueue(receipt)
	case ReceiptLate:
		s.enqueueLate(receipt)
	case ReceiptBurst:
		s.outbound.held = append(s.outbound.held, receipt)
	default:
		s.enqueue(receipt)
	}
}

// maxPushWorkers is how many receipts travel at once: WeChat's come in bursts.
const maxPushWorkers = 16

// pushQueue is the receipts on their way, worked by goroutines that the server
// starts when there is work and that end when there is none. Guarded by Server.mu.
type pushQueue struct {
	held    []message // receipts of a burst to come
	waiting []message
	workers int
	pending int           // waiting, late or being pushed
	idle    chan struct{} // closed when pending falls to 0; nil while it is 0
	closed  bool
}

// begin counts one more receipt and reports false after Close. Needs mu.
func (s *Server) begin() bool {
	q := &s.outbound
	if q.closed || s.callback == "" {
		return false
	}
	if q.pending == 0 {
		q.idle = make(chan struct{})
	}
	q.pending++
	return true
}

// done counts one receipt less. Needs mu.
func (s *Server) done() {
	q := &s.outbound
	q.pending--
	if q.pending == 0 {
		close(q.idle)
		q.idle = nil
	}
}

// enqueue pushes m from a worker. Needs mu.
func (s *Server) enqueue(m message) {
	if s.begin() {
		s.hand(m)
	}
}

// hand gives a counted message to a worker. Needs mu.
func (s *Server) hand(m message) {
	q := &s.outbound
	q.waiting = append(q.waiting, m)
	if q.workers < maxPushWorkers {
		q.workers++
		s.wg.Go(s.work)
	}
}

// enqueueLate does the same after the receipt's delay. Needs mu.
func (s *Server) enqueueLate(m message) {
	if !s.begin() {
		return
	}
	delay := s.set.receiptDelay()
	s.wg.Go(func() {
		timer := time.NewTimer(delay)
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-s.ctx.Done():
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.outbound.closed {
			s.done()
			return
		}
		s.hand(m)
	})
}

func (s *Server) work() {
	q := &s.outbound
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(q.waiting) > 0 {
		m := q.waiting[0]
		q.waiting = q.waiting[1:]
		s.mu.Unlock()
		s.deliver(s.ctx, m)
		s.mu.Lock()
		s.done()
	}
	q.workers--
}

// Idle returns when no receipt is waiting or under way, or with ctx's error.
func (s *Server) Idle(ctx context.Context) error {
	s.mu.Lock()
	idle := s.outbound.idle
	s.mu.Unlock()
	if idle == nil {
		return nil
	}
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
