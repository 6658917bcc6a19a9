// Command clients tries the clients that people use on a simulated house: it logs
// profanity and mcabber in (in a terminal of tmux) and Converse.js (in headless
// Chromium), adds the thermostat, chats with it, runs a command, and writes what
// each of them shows to a folder. It exits with 1 when a client does not show what
// clients.md says that it shows.
//
// Server, gateway and clients live on loopback, in temporary folders, and end with
// the program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// patience is how long a client may take to show something on a busy machine.
const patience = 40 * time.Second

// trial is one client and what is done with it.
type trial struct {
	name string
	run  func(ctx context.Context, s *scene) error
}

var trials = []trial{
	{"profanity", tryProfanity},
	{"mcabber", tryMcabber},
	{"converse", tryConverse},
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "clients:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	out := flag.String("out", "bin/clients", "`folder` for what the clients show")
	only := flag.String("only", "", "try the client of this `name` alone")
	npm := flag.String("npm", "bin/clients/npm", "`folder` in which npm has installed converse.js and playwright-core")
	flag.Parse()
	if err := os.MkdirAll(*out, 0o755); err != nil {
		return err
	}
	s, err := openScene(ctx, *out, *npm)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	var failed error
	for _, it := range trials {
		if *only != "" && *only != it.name {
			continue
		}
		began := time.Now()
		if err := it.run(ctx, s); err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", it.name, err))
			fmt.Printf("%-10s %v\n", it.name, err)
			continue
		}
		fmt.Printf("%-10s shows what it should, after %v; see %s\n", it.name, time.Since(began).Round(time.Second), *out)
	}
	return failed
}
