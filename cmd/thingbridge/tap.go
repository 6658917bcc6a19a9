package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"thingbridge/gateway/web"
)

func newTap() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "tap [PORT] [-c FILE] [--once] [--json]",
		Short:   "Show what passes on a serial port of the running gateway",
		GroupID: groupRunning,
		Long: "tap prints the last 200 frames of a serial port and then each one as it comes, with\n" +
			"what the gateway made of it, until Ctrl-C. The gateway goes on undisturbed.\n\n" +
			"PORT is the name of the adapter, or the port as the configuration has it; it can be\n" +
			"left out where there is one port. Each line has the time, < for what came or > for\n" +
			"what was sent (? for noise, * for what happened to the port), the frame, what it is\n" +
			"in words, [the values that it set] and, after !, why it means nothing.",
		Example: "  thingbridge tap\n" +
			"  thingbridge tap attic -c /etc/thingbridge/thingbridge.yml\n" +
			"  thingbridge tap /dev/ttyUSB0 --once --json",
		Args:                  atMostOne("the port"),
		DisableFlagsInUseLine: true, // Use shows them
	}
	file := configFlag(cmd)
	once := cmd.Flags().Bool("once", false, "print what there is and end")
	asJSON := cmd.Flags().Bool("json", false, "print one JSON object a line")
	client := func() (*web.Client, error) {
		_, c, err := loadConfig(*file)
		if err != nil {
			return nil, err
		}
		return web.NewClient(c.SocketPath()), nil
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		gateway, err := client()
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		name := ""
		if len(args) > 0 {
			name = args[0]
		} else if name, err = onlyPort(ctx, gateway); err != nil {
			return advised(err)
		}
		t := tapping{gateway: gateway, port: name, once: *once, show: showLine}
		if *asJSON {
			t.show = showJSON
		}
		return advised(t.run(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr()))
	}
	cmd.ValidArgsFunction = func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if gateway, err := client(); err == nil && len(args) == 0 {
			ports, _ := gateway.Ports(cmd.Context())
			return namesOf(ports), cobra.ShellCompDirectiveNoFileComp
		}
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return cmd
}

// onlyPort returns the name of the one port that there is.
func onlyPort(ctx context.Context, gateway *web.Client) (string, error) {
	ports, err := gateway.Ports(ctx)
	switch {
	case err != nil:
		return "", err
	case len(ports) == 0:
		return "", errors.New("no adapter of this gateway has a serial port")
	case len(ports) > 1:
		return "", usageError{"which port? Write its name behind tap: " + strings.Join(namesOf(ports), ", ")}
	}
	return ports[0].Name, nil
}

func namesOf(ports []web.Port) []string {
	names := make([]string, len(ports))
	for i, p := range ports {
		names[i] = p.Name
	}
	return names
}

// tapping is one run of tap.
type tapping struct {
	gateway *web.Client
	port    string
	once    bool
	show    func(io.Writer, *web.Entry) error
}

func (t *tapping) run(ctx context.Context, out, errs io.Writer) error {
	for e, err := range t.gateway.Entries(ctx, t.port, !t.once) {
		if err != nil {
			return err
		}
		if e.Missed > 0 {
			fmt.Fprintf(errs, "(%d lines were too many to show)\n", e.Missed)
		}
		if err := t.show(out, &e); err != nil {
			return err
		}
	}
	if !t.once && ctx.Err() == nil {
		return errors.New("the adapter or its gateway has stopped")
	}
	return nil
}

func showLine(w io.Writer, e *web.Entry) error {
	_, err := fmt.Fprintln(w, e.Line)
	return err
}

func showJSON(w io.Writer, e *web.Entry) error {
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false) // < is what came
	return out.Encode(e)
}

// advised adds what to do to why a running gateway could not be asked.
func advised(err error) error {
	switch {
	case errors.Is(err, web.ErrNotRunning):
		return fmt.Errorf("%w; start it, or name the configuration with which it runs: -c FILE", err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w; it is for the user and the group of the gateway: try sudo", err)
	}
	return err
}
