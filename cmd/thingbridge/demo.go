package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/deploy/demo"
)

func newDemo() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "demo",
		Short:   "Chat with a simulated house",
		GroupID: groupGateway,
		Long: "demo starts a private XMPP server (Prosody, which must be installed) and the\n" +
			"gateway with a simulated house, and opens a chat with it. Lines can be piped in:\n" +
			"each waits for the answer to the one before it, and at their end demo leaves.\n\n" +
			"All of it is in a temporary folder and on a loopback address of its own. Nothing\n" +
			"is left of it when demo ends.",
		Example: "  thingbridge demo\n  printf 'warmer\\nwhy\\n' | thingbridge demo",
		Args:    noArguments,
	}
	verbose := cmd.Flags().BoolP("verbose", "v", false, "show the gateway's log")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		c := demo.Config{In: os.Stdin, Out: cmd.OutOrStdout(), Gateway: runGateway}
		if term.IsTerminal(int(os.Stdout.Fd())) {
			c.Color = os.Getenv("NO_COLOR") == ""
			if term.IsTerminal(int(os.Stdin.Fd())) {
				c.Terminal = os.Stdin
			}
		}
		if *verbose {
			c.Log = os.Stderr
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
		defer stop()
		return demo.Run(ctx, c)
	}
	return cmd
}

// runGateway does what the command run does, with a log for people.
func runGateway(ctx context.Context, configFile string, out io.Writer) error {
	_, c, err := loadConfig(configFile)
	if err != nil {
		return err
	}
	log, _ := newLogger(zerolog.ConsoleWriter{Out: out, TimeFormat: time.TimeOnly, NoColor: true}, c.Log.Level)
	warn(log, c.Warnings)
	untilEnd := func(ctx context.Context) (*config.Config, bool) {
		<-ctx.Done()
		return nil, false
	}
	return serve(ctx, c, reloads{next: untilEnd}, log)
}
