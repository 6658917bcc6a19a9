// Command bench measures the gateway beside a raw relay, on this machine, with a
// real broker and a real XMPP server, and prints a table of medians and ratios.
// It exits with 1 when a target is missed.
//
// The relay (folder relay) is paho, ready-made bytes and a component socket: what
// bridging costs when nothing is remembered, checked, escaped or sent again. The
// gateway is the program as it is released. Both are child processes, and get the
// same readings ({"value": N} of 100 devices at QoS 0), the same broker, the same
// server and the same client.
//
// Three things are measured, each in turn for both bridges, round after round in
// changing order, so that whatever else the machine does falls on both. The ratio
// of a row is the median of the ratios of its rounds.
//
//   - steady: 1,000 readings a second through Prosody: CPU time of the bridge and
//     the time from publish to arrival.
//   - flood: as many as get through Prosody, with 4,096 readings under way at any
//     time, so that nobody has a reason to drop one.
//   - ceiling: the same into a server that only reads and counts.
//
// Then serial ports, pseudo terminals here: what lines at 115,200 baud cost, and a smart
// meter that sends a telegram a second, beyond what the gateway needs when they are silent.
//
// At the end the gateway's resident memory is measured with 100 and with 10,000
// devices.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"
)

var errMissed = errors.New("not every target is reached")

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// plan is what is measured and for how long.
type plan struct {
	rounds  int
	steady  time.Duration
	flood   time.Duration
	ceiling time.Duration
	serial  time.Duration // of silence, and of traffic
	memory  time.Duration // of readings at the pace of steady, before memory is read
	gateway string        // the program; empty: it is built
	keep    string        // folder for programs and configurations; empty: a temporary one
	kinds   []kind        // what is measured
}

func parsePlan() plan {
	p := plan{rounds: 5, steady: 6 * time.Second, flood: 4 * time.Second, ceiling: 3 * time.Second, memory: 10 * time.Second, serial: 20 * time.Second}
	short := flag.Bool("short", false, "2 short rounds: shows that all works, and roughly where it stands")
	rounds := flag.Int("rounds", 0, "number of `rounds` (default 5, or 2 with -short)")
	only := flag.String("only", "steady,flood,ceiling,memory,serial", "what to measure, with commas: `KINDS`")
	flag.StringVar(&p.gateway, "gateway", "", "the gateway's program `FILE` (default: it is built)")
	flag.StringVar(&p.keep, "keep", "", "`FOLDER` for programs and configurations (default: a temporary one)")
	flag.Parse()
	for name := range strings.SplitSeq(*only, ",") {
		p.kinds = append(p.kinds, kind(name))
	}
	if *short {
		p.rounds, p.steady, p.flood, p.ceiling, p.serial = 2, 2*time.Second, 1500*time.Millisecond, 1*time.Second, 5*time.Second
	}
	if *rounds > 0 {
		p.rounds = *rounds
	}
	return p
}

func run(ctx context.Context) error {
	p := parsePlan()
	s, err := openScene(ctx, p)
	if err != nil {
		return err
	}
	defer s.close()
	res, err := measureAll(ctx, s, p)
	rows := res.rows()
	printTable(os.Stdout, p, rows)
	if err != nil {
		return fmt.Errorf("%w\nthe bridge's last lines:\n%s", err, s.log.last())
	}
	if missed(rows) {
		return errMissed
	}
	return nil
}

// measureAll goes through the rounds, and then measures memory. With an error it
// returns what was measured before it.
func measureAll(ctx context.Context, s *scene, p plan) (*results, error) {
	res := &results{}
	for round := range p.rounds {
		order := []bridge{s.gateway(steadyDevices), s.relay()}
		if round%2 == 1 {
			order[0], order[1] = order[1], order[0]
		}
		for _, kind := range p.kinds {
			if kind == atRest || kind == onSerial {
				continue
			}
			for _, b := range order {
				m, err := s.measure(ctx, kind, b, p)
				if err != nil {
					return res, fmt.Errorf("round %d: %s: %s: %w", round+1, kind, b.name, err)
				}
				res.add(kind, b.name, m)
				fmt.Fprintf(os.Stderr, "round %d of %d: %-7s %-7s %s\n", round+1, p.rounds, kind, b.name, m)
			}
		}
	}
	if slices.Contains(p.kinds, onSerial) {
		if err := s.measurePorts(ctx, res, p); err != nil {
			return res, err
		}
	}
	if !slices.Contains(p.kinds, atRest) {
		return res, nil
	}
	for _, devices := range []int{steadyDevices, manyDevices} {
		m, err := s.measureMemory(ctx, devices, p.memory)
		if err != nil {
			return res, fmt.Errorf("memory with %d devices: %w", devices, err)
		}
		res.memory = append(res.memory, m)
		fmt.Fprintf(os.Stderr, "memory with %d devices: %s\n", devices, m)
	}
	return res, nil
}
