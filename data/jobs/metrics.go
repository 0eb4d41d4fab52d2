package jobs

import (
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"zhuxin/data/outbox"
)

// metrics are the figures of a worker; its zero value keeps none.
type metrics struct {
	events, runs *prometheus.HistogramVec
	open         *prometheus.GaugeVec
	oldest       prometheus.Gauge
}

// newMetrics registers the figures. Several workers of a process share them.
func newMetrics(r prometheus.Registerer) (m metrics, err error) {
	if r == nil {
		return m, nil
	}
	buckets := []float64{.005, .02, .1, .5, 2, 10, 60, 600}
	if m.events, err = register(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "zhuxin_events_handled_seconds", Help: "Time that the handlers of an event took, by topic and outcome.", Buckets: buckets,
	}, []string{"topic", "outcome"})); err != nil {
		return m, err
	}
	if m.runs, err = register(r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "zhuxin_periodic_seconds", Help: "Time that periodic work took, by name and outcome.", Buckets: buckets,
	}, []string{"name", "outcome"})); err != nil {
		return m, err
	}
	if m.open, err = register(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "zhuxin_outbox_events", Help: "Events in all outboxes at the last sweep, by status.",
	}, []string{"status"})); err != nil {
		return m, err
	}
	m.oldest, err = register(r, prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "zhuxin_outbox_oldest_seconds", Help: "Age of the oldest event that is not done, at the last sweep.",
	}))
	return m, err
}

func register[C prometheus.Collector](r prometheus.Registerer, c C) (C, error) {
	err := r.Register(c)
	var known prometheus.AlreadyRegisteredError
	if errors.As(err, &known) {
		if same, ok := known.ExistingCollector.(C); ok {
			return same, nil
		}
	}
	return c, err
}

func (m metrics) handled(topic, outcome string, took time.Duration) {
	if m.events != nil {
		m.events.WithLabelValues(topic, outcome).Observe(took.Seconds())
	}
}

func (m metrics) periodic(name, outcome string, took time.Duration) {
	if m.runs != nil {
		m.runs.WithLabelValues(name, outcome).Observe(took.Seconds())
	}
}

func (m metrics) outbox(c outbox.Counts) {
	if m.open == nil {
		return
	}
	m.open.WithLabelValues("pending").Set(float64(c.Pending))
	m.open.WithLabelValues("sent").Set(float64(c.Sent))
	m.open.WithLabelValues("dead").Set(float64(c.Dead))
	m.oldest.Set(c.Oldest.Seconds())
}
