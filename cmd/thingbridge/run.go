package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/rs/zerolog"
	"github.com/spf13/cobra"

	"thingbridge/cmd/thingbridge/config"
)

func newRun() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "run [-c FILE]",
		Short:   "Run the gateway",
		GroupID: groupGateway,
		Long: "run connects the adapters and the XMPP server of a configuration and bridges\n" +
			"between them until it is told to stop.\n\n" +
			"SIGTERM or Ctrl-C: contacts go offline, what is under way is stored, exit 0.\n" +
			"SIGHUP: the configuration is read again; with mistakes in it, the old one stays.",
		Example: "  thingbridge run -c /etc/thingbridge/thingbridge.yml",
		Args:    noArguments,
	}
	file := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		spareMemory()
		name, c, err := loadConfig(*file)
		if err != nil {
			return err
		}
		giveBack()
		log, verbosity := newLogger(logOutput(os.Stderr), c.Log.Level)
		warn(log, c.Warnings)
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		hangup := make(chan os.Signal, 1)
		signal.Notify(hangup, syscall.SIGHUP)
		defer signal.Stop(hangup)
		next := func(ctx context.Context) (*config.Config, bool) {
			select {
			case <-ctx.Done():
				return nil, false
			case <-hangup:
			}
			_, next, err := loadConfig(name)
			if err != nil {
				log.Error().Err(err).Str("file", name).Msg("the configuration has mistakes; the old one stays in force")
				return nil, true
			}
			warn(log, next.Warnings)
			verbosity.Set(next.Log.Level)
			return next, true
		}
		ask := func() error {
			if _, _, err := loadConfig(name); err != nil {
				return err
			}
			select {
			case hangup <- syscall.SIGHUP:
			default: // it was asked for already
			}
			return nil
		}
		return serve(ctx, c, reloads{next, ask}, log)
	}
	return cmd
}

func warn(log zerolog.Logger, warnings []config.Mistake) {
	for _, w := range warnings {
		log.Warn().Msg(w.String())
	}
}
