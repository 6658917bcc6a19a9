package serial

import (
	"slices"
	"strings"
	"sync"
)

// Ports are the serial ports of one gateway: which of its adapters has which, and what
// passes on them. It is safe for use by several goroutines.
type Ports struct {
	mu      sync.Mutex
	taps    map[string]*Tap   // by the name of the adapter
	holders map[string]string // adapters, by the key of what they have open
}

// NewPorts returns a Ports that nobody uses yet.
func NewPorts() *Ports {
	return &Ports{taps: make(map[string]*Tap), holders: make(map[string]string)}
}

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

// enter makes the tap of an adapter known while it runs.
func (p *Ports) enter(t *Tap) {
	t.begin()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.taps[t.name] = t
}

func (p *Ports) leave(t *Tap) {
	t.end()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.taps[t.name] == t {
		delete(p.taps, t.name)
	}
}

// claim gives what key names to an adapter, until release is called. It is nil when
// another one has it, which is then holder.
func (p *Ports) claim(key, adapter string) (holder string, release func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if holder, taken := p.holders[key]; taken {
		return holder, nil
	}
	p.holders[key] = adapter
	return "", sync.OnceFunc(func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.holders, key)
	})
}
