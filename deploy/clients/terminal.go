package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// terminal is a program in a terminal of tmux.
type terminal struct {
	socket string
	kept   []string // screens, with what was typed before them
}

// openTerminal runs a program in a terminal of its own.
func openTerminal(ctx context.Context, name string, environment []string, argv ...string) (*terminal, error) {
	t := &terminal{socket: "thingbridge-" + name + "-" + strconv.Itoa(os.Getpid())}
	args := []string{"new-session", "-d", "-s", "client", "-x", "110", "-y", "38"}
	for _, pair := range environment {
		args = append(args, "-e", pair)
	}
	_, err := t.tmux(ctx, append(args, argv...)...)
	return t, err
}

func (t *terminal) tmux(ctx context.Context, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "tmux", append([]string{"-L", t.socket, "-f", "/dev/null"}, args...)...)
	cmd.Env = append(os.Environ(), "LC_ALL=C.UTF-8", "TERM=xterm-256color")
	out, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("tmux %s: %w: %s", args[0], err, out)
	}
	return string(out), nil
}

// say types a line.
func (t *terminal) say(ctx context.Context, line string) error {
	if _, err := t.tmux(ctx, "send-keys", "-t", "client", "-l", line); err != nil {
		return err
	}
	_, err := t.tmux(ctx, "send-keys", "-t", "client", "Enter")
	return err
}

// step is a line that is typed and what the screen shall show then.
type step struct{ line, shows string }

// act takes the steps, and keeps the screen after each.
func (t *terminal) act(ctx context.Context, steps ...step) error {
	for _, it := range steps {
		t.kept = append(t.kept, "> "+it.line)
		if it.line != "" {
			if err := t.say(ctx, it.line); err != nil {
				return err
			}
		}
		if err := t.expect(ctx, it.shows); err != nil {
			return fmt.Errorf("after %q: %w", it.line, err)
		}
	}
	return nil
}

// expect waits until the screen shows a text, and keeps the screen.
func (t *terminal) expect(ctx context.Context, text string) error {
	var screen string
	err := await(ctx, func() (err error) {
		if screen, err = t.tmux(ctx, "capture-pane", "-p", "-t", "client"); err != nil {
			return err
		}
		if !strings.Contains(strings.Join(strings.Fields(screen), " "), text) {
			return fmt.Errorf("it does not show %q", text)
		}
		return nil
	})
	t.kept = append(t.kept, strings.TrimRight(screen, "\n"))
	return err
}

func (t *terminal) screens() string {
	return strings.Join(t.kept, "\n"+strings.Repeat("─", 110)+"\n") + "\n"
}

// Close ends the program and its terminal.
func (t *terminal) Close() error {
	_, err := t.tmux(context.Background(), "kill-server")
	return err
}
