package serial

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// Adapter is one serial port and the codec that is spoken there. It implements
// [adapters.Adapter].
type Adapter struct {
	name     string
	cfg      Config
	protocol *protocol
	line     codec.Line
	at       place
	err      error // of the configuration
	log      zerolog.Logger
	ports    *Ports
	tap      *Tap
	drops    counters
	open     func(ctx context.Context) (Port, error)
	adopts   bool // what the codec can, too
	forgets  bool

	working sync.Mutex // guards the codec and what it says: held by the loop while it is at work
	speaks  codec.Codec
	running *loop // nil: Run does not run

	mu      sync.Mutex
	session *session // nil: not connected
}

var _ adapters.Adapter = (*Adapter)(nil)

// New returns the adapter of a configuration in which [Config.Validate] finds no
// mistake; with another its Run only returns an error. It opens nothing before Run. The
// adapter is called name in errors; log is to have the name as a field already. All
// adapters of a gateway share its ports.
func New(name string, cfg Config, log zerolog.Logger, ports *Ports) *Adapter {
	return newAdapter(name, cfg, log, ports, protocols())
}

// newAdapter returns an adapter that knows other codecs.
func newAdapter(name string, cfg Config, log zerolog.Logger, ports *Ports, known []protocol) *Adapter {
	a := &Adapter{name: name, cfg: cfg, log: log, ports: ports}
	a.tap = newTap(name, cfg.Port, a.explain)
	var mistakes []error
	cfg.validate(known, func(path, problem string) { mistakes = append(mistakes, fmt.Errorf("%s: %s", path, problem)) })
	if a.err = errors.Join(mistakes...); a.err != nil {
		return a
	}
	a.protocol = find(known, cfg.Codec)
	if speaks, err := a.protocol.open(name, &a.cfg); err == nil {
		_, a.adopts = speaks.(codec.Adopter)
		_, a.forgets = speaks.(codec.Forgetter)
	}
	a.line = cfg.line(a.protocol.usual())
	a.at, a.err = parsePlace(cfg.Port)
	a.open = (&setup{
		at: a.at, baud: a.line.Baud, dataBits: a.line.DataBits, parity: a.line.Parity, stopBits: a.line.StopBits,
		claim: func(key string) (string, func()) { return ports.claim(key, name) },
	}).open
	return a
}

// Counts says how much came since the adapter was made.
type Counts struct {
	Frames uint64 // that were whole
	Faults uint64 // in these: what meant nothing
	Noise  uint64 // pieces that were no frame
	Opened uint64 // how often the port was opened
}

// counters are Counts that grow.
type counters struct{ frames, faults, noise, opened atomic.Uint64 }

// Counts returns how much came, and how much of it could not be read.
func (a *Adapter) Counts() Counts {
	return Counts{Frames: a.drops.frames.Load(), Faults: a.drops.faults.Load(), Noise: a.drops.noise.Load(), Opened: a.drops.opened.Load()}
}

// Run opens the port, and opens it again whenever it is lost; a port that was pulled out
// is back within a second of being plugged in. Its devices are offline meanwhile. Run
// returns an error only for a mistake in the configuration.
func (a *Adapter) Run(ctx context.Context, sink adapters.Sink) error {
	if a.err != nil {
		return adapters.Permanent(fmt.Errorf("serial %s: %w", a.name, a.err))
	}
	speaks, err := a.protocol.open(a.name, &a.cfg)
	if err != nil {
		return adapters.Permanent(fmt.Errorf("serial %s: %w", a.name, err))
	}
	a.ports.enter(a.tap)
	defer a.ports.leave(a.tap)
	l := newLoop(a, speaks, sink)
	a.speak(l)
	defer a.speak(nil)
	l.recall(ctx)
	aside, stop := context.WithCancel(ctx)
	var keeper sync.WaitGroup
	keeper.Go(func() { l.records.run(aside) })
	defer keeper.Wait()
	defer stop()
	absent := absence{at: a.at}
	for {
		lasted, err := a.serve(ctx, l)
		if ctx.Err() != nil {
			l.drop()
			return nil
		}
		l.lost()
		absent.note(lasted)
		say, kept := absent.say(lasted, err)
		if say || lasted > 0 {
			a.tap.event(time.Now(), err.Error())
		}
		if say {
			a.log.Warn().Int("repeated", kept).Err(err).Str("port", a.cfg.Port).Msg("the port cannot be used; it is tried again")
		}
		if !absent.wait(ctx) {
			return nil
		}
	}
}

// serve opens the port and talks through it until it is gone, or ctx ends. It returns
// how long it was open.
func (a *Adapter) serve(ctx context.Context, l *loop) (lasted time.Duration, err error) {
	port, err := a.open(ctx)
	if err != nil {
		return 0, err
	}
	opened := time.Now()
	a.drops.opened.Add(1)
	a.announce(port)
	if settle := a.settle(port); settle > 0 && !pause(ctx, settle) {
		return time.Since(opened), errors.Join(ctx.Err(), port.Close())
	}
	s := newSession(port)
	a.connect(s)
	defer func() {
		if closing := s.end(); closing != nil {
			a.log.Debug().Err(closing).Msg("the port was closed with an error")
		}
	}()
	defer func() { // the devices are not to wait until the port is closed
		a.connect(nil)
		if ctx.Err() == nil {
			l.lost()
		}
	}()
	err = l.serve(ctx, s)
	return time.Since(opened), err
}

// announce says that the port is open, and who else reads what comes from it.
func (a *Adapter) announce(port Port) {
	how, other := a.about(port)
	a.tap.event(time.Now(), "open: "+how)
	a.log.Info().Str("port", a.cfg.Port).Str("open", how).Msg("the port is open")
	if other != "" {
		a.tap.event(time.Now(), other+" has it open too")
		a.log.Warn().Str("port", a.cfg.Port).Str("other", other).
			Msg("somebody else has the port open, and each of both loses what the other reads; end the other")
	}
}

// about says what is open and how it is set up, and which other process has it.
func (a *Adapter) about(port Port) (how, other string) {
	if d, ok := port.(*device); ok {
		return d.own.Name() + ", " + settings(a.line), d.other()
	}
	return a.at.tcp, ""
}

// settle returns how long to wait after the port was opened. A board behind TCP or a
// pseudo terminal does not start anew by that.
func (a *Adapter) settle(port Port) time.Duration {
	if d, ok := port.(*device); a.cfg.Settle == nil && (!ok || d.isPseudo) {
		return 0
	}
	return a.line.Settle
}

// speak notes which loop is at work. The codec of one that has ended still explains.
func (a *Adapter) speak(l *loop) {
	a.working.Lock()
	defer a.working.Unlock()
	if a.running = l; l != nil {
		a.speaks = l.codec
	}
}

// explain appends what a frame is. It can be called from any goroutine.
func (a *Adapter) explain(dst, frame []byte) (explained []byte) {
	a.working.Lock()
	defer a.working.Unlock()
	defer func() {
		if value := recover(); value != nil {
			explained = dst
			a.log.Error().Msgf("explaining a frame ended in a panic: %v", value)
		}
	}()
	if a.speaks == nil {
		return dst
	}
	return a.speaks.Explain(dst, frame)
}

// connect makes a session the one that commands go to; nil: there is none.
func (a *Adapter) connect(s *session) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.session = s
}

// Execute gives the command to the codec, and returns when the device has confirmed it
// or, where devices do not, when the port has taken it.
func (a *Adapter) Execute(ctx context.Context, cmd devices.Command) error {
	if err := a.execute(ctx, cmd); err != nil {
		return fmt.Errorf("serial %s: %w", a.name, err)
	}
	return nil
}

func (a *Adapter) execute(ctx context.Context, cmd devices.Command) error {
	a.mu.Lock()
	s := a.session
	a.mu.Unlock()
	if s == nil {
		return fmt.Errorf("port %s: %w", a.cfg.Port, adapters.ErrUnavailable)
	}
	o := order{cmd, make(chan error, 1)}
	select {
	case s.orders <- o:
	case <-s.gone:
		return fmt.Errorf("port %s: %w", a.cfg.Port, adapters.ErrUnavailable)
	case <-ctx.Done():
		return ctx.Err()
	}
	select {
	case err := <-o.done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}
