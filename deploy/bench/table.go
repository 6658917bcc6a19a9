package main

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
)

// results is what all rounds brought.
type results struct {
	gateway, relay map[kind][]measurement
	memory         []memory
	serial         map[string][]float64 // percent of a core, by traffic
}

func (r *results) add(k kind, name string, m measurement) {
	to := &r.gateway
	if name == "relay" {
		to = &r.relay
	}
	if *to == nil {
		*to = make(map[kind][]measurement)
	}
	(*to)[k] = append((*to)[k], m)
}

// target is what a figure must be.
type target struct {
	limit float64
	sense sense
}

// sense says which side of a limit is the good one.
type sense int

const (
	none    sense = iota // there is no target
	atLeast              // the limit or more
	atMost               // the limit or less
	below                // less than the limit
)

func (t target) met(x float64) bool {
	switch t.sense {
	case atLeast:
		return x >= t.limit
	case atMost:
		return x <= t.limit
	case below:
		return x < t.limit
	}
	return true
}

func (t target) String() string {
	if t.sense == none {
		return ""
	}
	return [...]string{"", "at least ", "at most ", "under "}[t.sense] + fmt.Sprintf("%.4g", t.limit)
}

// row is a line of the table. Where there is a relay, the target is for the ratio,
// and otherwise for the gateway's own figure.
type row struct {
	name    string
	format  string // of the gateway's and the relay's figures
	gateway []float64
	relay   []float64
	target  target
}

// figure is what the target is for.
func (r *row) figure() float64 {
	if len(r.relay) > 0 {
		return median(r.ratios())
	}
	return median(r.gateway)
}

func (r *row) met() bool { return r.target.met(r.figure()) }

// ratios are those of each round.
func (r *row) ratios() []float64 {
	var out []float64
	for i := range min(len(r.gateway), len(r.relay)) { // the last round may have failed
		if r.relay[i] > 0 {
			out = append(out, r.gateway[i]/r.relay[i])
		}
	}
	return out
}

func (r *results) rows() []row {
	var rows []row
	both := func(name, format string, k kind, of func(measurement) float64, t target) {
		if len(r.gateway[k]) > 0 {
			rows = append(rows, row{name: name, format: format, gateway: figures(r.gateway[k], of), relay: figures(r.relay[k], of), target: t})
		}
	}
	rate := func(m measurement) float64 { return m.rate }
	cpu := func(m measurement) float64 { return float64(m.cpu) / 1e3 }
	p50 := func(m measurement) float64 { return ms(m.p50) }
	p99 := func(m measurement) float64 { return ms(m.p99) }
	both("steady: CPU, µs a reading", "%.0f", steady, cpu, target{1.3, atMost})
	both("steady: latency p50, ms", "%.2f", steady, p50, target{})
	both("steady: latency p99, ms", "%.2f", steady, p99, target{1.5, atMost})
	both("flood: messages/s", "%.0f", flood, rate, target{0.95, atLeast})
	both("flood: CPU, µs a reading", "%.1f", flood, cpu, target{})
	both("ceiling: messages/s", "%.0f", ceiling, rate, target{0.55, atLeast})
	both("ceiling: CPU, µs a reading", "%.1f", ceiling, cpu, target{})
	if len(rows) > 0 {
		rows = append(rows, row{name: "lost readings", format: "%.0f", gateway: []float64{r.lost()}, target: target{0, atMost}})
	}
	for _, t := range traffics() {
		if shares := r.serial[t.name]; len(shares) > 0 {
			rows = append(rows, row{name: t.name, format: "%.2f", gateway: shares, target: target{t.limit, below}})
		}
	}
	limits := map[int]float64{steadyDevices: 25, manyDevices: 70}
	for _, m := range r.memory {
		name := fmt.Sprintf("%d devices: ", m.devices)
		rows = append(rows,
			row{name: name + "MB idle", format: "%.1f", gateway: []float64{mb(m.idle.current)}, target: target{limits[m.devices], below}},
			row{name: name + "MB after readings", format: "%.1f", gateway: []float64{mb(m.after.current)}, target: target{limits[m.devices], below}},
			row{name: name + "MB at the peak", format: "%.1f", gateway: []float64{mb(m.after.peak)}},
		)
	}
	return rows
}

// lost is how many readings the gateway lost in all.
func (r *results) lost() float64 {
	n := int64(0)
	for _, ms := range r.gateway {
		for _, m := range ms {
			n += m.lost
		}
	}
	return float64(n)
}

func figures(ms []measurement, of func(measurement) float64) []float64 {
	out := make([]float64, 0, len(ms))
	for _, m := range ms {
		out = append(out, of(m))
	}
	return out
}

// median returns the middle value of xs, or the mean of the two; 0 of none.
func median(xs []float64) float64 {
	if len(xs) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(xs))
	half := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[half]
	}
	return (sorted[half-1] + sorted[half]) / 2
}

func missed(rows []row) bool {
	return slices.ContainsFunc(rows, func(r row) bool { return !r.met() })
}

func printTable(w io.Writer, p plan, rows []row) {
	fmt.Fprintf(w, "%d devices, %d rounds, %s, %d CPUs; medians (min–max)\n\n", steadyDevices, p.rounds, runtime.Version(), runtime.NumCPU())
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "\tgateway\trelay\tratio\ttarget\t")
	for i := range rows {
		r := &rows[i]
		ratio, relay, verdict := "", "", ""
		if len(r.relay) > 0 {
			ratio, relay = spread("%.2f", r.ratios()), spread(r.format, r.relay)
		}
		if !r.met() {
			verdict = "MISSED"
		}
		fmt.Fprintln(t, strings.Join([]string{r.name, spread(r.format, r.gateway), relay, ratio, r.target.String(), verdict}, "\t"))
	}
	t.Flush()
}

// spread writes the median, and behind it the least and the greatest of several.
func spread(format string, xs []float64) string {
	text := fmt.Sprintf(format, median(xs))
	if len(xs) < 2 {
		return text
	}
	return text + fmt.Sprintf(" ("+format+"–"+format+")", slices.Min(xs), slices.Max(xs))
}
