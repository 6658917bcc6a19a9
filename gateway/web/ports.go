package web

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"strings"
	"time"
)

// Ports are the serial ports of a gateway. Its methods can be called from any goroutine.
type Ports interface {
	// Ports returns them in the order of their names.
	Ports() []Port
	// Entries yields the traffic that is kept of the port of an adapter, the oldest
	// first, and with follow also what comes until ctx ends. ok is false for an adapter
	// that has no port.
	Entries(ctx context.Context, name string, follow bool) (entries iter.Seq[Entry], ok bool)
}

// Port is one serial port.
type Port struct {
	Name string `json:"name"` // of its adapter
	Port string `json:"port"` // as the configuration has it
}

// Entry is one frame that passed a port, or something that happened to it.
type Entry struct {
	Number   uint64    `json:"number"` // counts the entries of a port from 1
	At       time.Time `json:"at"`
	Way      string    `json:"way"` // received, sent, noise or event
	Hex      string    `json:"hex,omitempty"`
	Size     int       `json:"size,omitempty"` // of the frame in bytes, of which Hex may have fewer
	Text     string    `json:"text,omitempty"` // what the frame is, in words
	Readings []Reading `json:"readings,omitempty"`
	Faults   []string  `json:"faults,omitempty"`
	Missed   uint64    `json:"missed,omitempty"` // entries before this one for which the reader was too slow
	Line     string    `json:"line"`             // all of it, for a person
}

// Reading is a value that a frame meant.
type Reading struct {
	Device   string `json:"device"`
	Property string `json:"property"`
	Value    string `json:"value"`
}

func (s *server) listPorts(w http.ResponseWriter, _ *http.Request) {
	ports := s.ports.Ports()
	if ports == nil {
		ports = []Port{} // which is no null
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(ports)
}

func (s *server) portEntries(w http.ResponseWriter, r *http.Request) {
	name := r.PathValue("name")
	follow := r.URL.Query().Has("follow")
	entries, ok := s.ports.Entries(r.Context(), name, follow)
	if !ok {
		refuse(w, http.StatusNotFound, s.noSuchPort(name))
		return
	}
	if follow {
		select {
		case s.followers <- struct{}{}:
			defer func() { <-s.followers }()
		default:
			refuse(w, http.StatusTooManyRequests, fmt.Sprintf("%d others look at ports already", maxFollowers))
			return
		}
	}
	w.Header().Set("Content-Type", "application/x-ndjson")
	out, flush := json.NewEncoder(w), http.NewResponseController(w)
	if flush.Flush() != nil { // the head, so that who waits for the first entry knows that it will come
		return
	}
	for e := range entries {
		_ = flush.SetWriteDeadline(time.Now().Add(writing))
		if out.Encode(e) != nil || follow && flush.Flush() != nil {
			return
		}
	}
}

func (s *server) noSuchPort(name string) string {
	ports := s.ports.Ports()
	if len(ports) == 0 {
		return "no adapter of this gateway has a serial port"
	}
	names := make([]string, len(ports))
	for i, p := range ports {
		names[i] = p.Name
	}
	return fmt.Sprintf("no adapter named %q has a serial port; these have one: %s", name, strings.Join(names, ", "))
}
