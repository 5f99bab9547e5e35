package main

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"quxiang/model"
)

// metrics are what Prometheus scrapes from metrics_listen. No label holds an
// openid, a name or an address: routes are patterns, events WeChat's names.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
	calls    *prometheus.HistogramVec
	unknown  *prometheus.CounterVec
	received *prometheus.CounterVec

	mu     sync.Mutex
	events map[string]bool // names that unknown has; guarded by mu
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		events:   map[string]bool{},
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "quxiang_http_request_seconds", Help: "How long answers took, by route pattern and status.",
			Buckets: []float64{.005, .02, .1, .5, 2, 5},
		}, []string{"route", "status"}),
		calls: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "quxiang_wechat_call_seconds", Help: "How long calls to WeChat took, by path and errcode (-999: no readable answer).",
			Buckets: []float64{.05, .2, .5, 1, 2, 5},
		}, []string{"path", "errcode"}),
		unknown: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quxiang_push_unknown_total", Help: "Pushed events that have no effect here, by name.",
		}, []string{"event"}),
		received: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "quxiang_upstream_destinations_total", Help: "Destinations that came from platforms upstream, by what became of them.",
		}, []string{"reception"}),
	}
	m.registry.MustRegister(m.requests, m.calls, m.unknown, m.received, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

func (m *metrics) request(route string, status int, d time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(status)).Observe(d.Seconds())
}

func (m *metrics) call(path string, errcode int, d time.Duration) {
	m.calls.WithLabelValues(path, strconv.Itoa(errcode)).Observe(d.Seconds())
}

// upstream counts a delivery from a platform upstream.
func (m *metrics) upstream(t model.Tally) {
	for reception, n := range map[model.Reception]int{
		model.ReceptionAccepted: t.Accepted, model.ReceptionUnchanged: t.Unchanged, model.ReceptionConflict: t.Conflict, model.ReceptionRefused: t.Refused,
	} {
		m.received.WithLabelValues(string(reception)).Add(float64(n))
	}
}

// maxEventNames bounds how many names are told apart: they come from outside, if
// signed, and each is a series of its own for as long as the program runs.
const maxEventNames = 64

// event counts an event by its name; all beyond the first maxEventNames, and
// whatever does not look like a name of WeChat's, as "other".
func (m *metrics) event(name string) {
	if !eventName.MatchString(name) {
		name = "other"
	}
	m.mu.Lock()
	if !m.events[name] {
		if len(m.events) < maxEventNames {
			m.events[name] = true
		} else {
			name = "other"
		}
	}
	m.mu.Unlock()
	m.unknown.WithLabelValues(name).Inc()
}

var eventName = regexp.MustCompile(`^[A-Za-z0-9_]{1,48}$`)

// outboxStore counts the outbox for the gauge.
type outboxStore interface {
	MessageCounts(ctx context.Context) (map[model.MessageState]int, error)
}

// outbox is a gauge of the messages by state, counted when it is scraped.
type outbox struct {
	store outboxStore
	desc  *prometheus.Desc
}

func newOutbox(s outboxStore) *outbox {
	return &outbox{store: s, desc: prometheus.NewDesc("quxiang_messages", "Messages in the outbox, by state.", []string{"state"}, nil)}
}

// Describe implements prometheus.Collector.
func (o *outbox) Describe(ch chan<- *prometheus.Desc) { ch <- o.desc }

// Collect implements prometheus.Collector.
func (o *outbox) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	counts, err := o.store.MessageCounts(ctx)
	if err != nil {
		ch <- prometheus.NewInvalidMetric(o.desc, err)
		return
	}
	for state, n := range counts {
		ch <- prometheus.MustNewConstMetric(o.desc, prometheus.GaugeValue, float64(n), string(state))
	}
}

// handler serves /metrics.
func (m *metrics) handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}))
	return mux
}

// startMetrics serves /metrics on its own address, if one is set.
func (a *app) startMetrics(ctx context.Context) error {
	if a.cfg.MetricsListen == "" {
		return nil
	}
	ln, err := listen(ctx, "指标", a.cfg.MetricsListen)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: a.metrics.handler(), ReadHeaderTimeout: 5 * time.Second}
	a.work(func() {
		if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
			a.log.Error("serve metrics", "err", err)
		}
	})
	a.closers = append(a.closers, server.Shutdown)
	return nil
}
