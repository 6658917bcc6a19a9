package serial

import (
	"slices"
	"strings"
	"sync"
)

// Ports are the serial ports of one gateway: which of its adapters has which, and what
// passes on them. It is safe for use by several goroutines.
type Ports struct {
	mu   sync.Mutex
	taps map[string]*Tap // by the name of the adapter
}

// NewPorts returns a Ports that nobody uses yet.
func NewPorts() *Ports { return &Ports{taps: make(map[string]*Tap)} }

// Tap returns the tap of a running adapter, by its name or by its port as the
// configuration has it.
func (p *Ports) Tap(name string) (*Tap, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if t, ok := p.taps[name]; ok {
		return t, true
	}
	for _, t := range p.taps {
		if t.port == name {
			return t, true
		}
	}
	return nil, false
}

// Taps returns the taps of all running adapters, in the order of their names.
func (p *Ports) Taps() []*Tap {
	p.mu.Lock()
	defer p.mu.Unlock()
	taps := make([]*Tap, 0, len(p.taps))
	for _, t := range p.taps {
		taps = append(taps, t)
	}
	slices.SortFunc(taps, func(a, b *Tap) int { return strings.Compare(a.name, b.name) })
	return taps
}
