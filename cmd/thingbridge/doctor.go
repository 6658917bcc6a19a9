package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"thingbridge/cmd/thingbridge/config"
	"thingbridge/cmd/thingbridge/doctor"
)

// doctorPatience is for each step.
const doctorPatience = 10 * time.Second

func newDoctor() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "doctor [-c FILE] [--json]",
		Short:   "Find out why the gateway does not work",
		GroupID: groupGateway,
		Long: "doctor tries the store, the XMPP server or accounts, each broker and each serial port\n" +
			"of a configuration, step by step, and says of each step that fails what is the likely\n" +
			"cause and which key to change, in which line. It exits with 1 when one fails.\n\n" +
			"A gateway that runs with the same store is not disturbed: its component is not\n" +
			"tried, and its accounts by a second login that nobody sees. No account is made.",
		Example: "  thingbridge doctor\n" +
			"  thingbridge doctor -c /etc/thingbridge/thingbridge.yml --json",
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use shows them
	}
	file := configFlag(cmd)
	asJSON := cmd.Flags().Bool("json", false, "print one JSON object for each step")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		name, c, err := loadConfig(*file)
		if err != nil {
			return err
		}
		ctx, stop := signal.NotifyContext(cmd.Context(), os.Interrupt, syscall.SIGTERM)
		defer stop()
		place := placesIn(name, c)
		out := cmd.OutOrStdout()
		show := doctor.NewPrinter(out, doctor.MarksFor(locale()), place).Print
		if *asJSON {
			show = func(check doctor.Check) error { return doctor.PrintJSON(out, check, place) }
		}
		var unwritten error
		failures := doctor.Run(ctx, doctor.Plan(c), doctorPatience, func(check doctor.Check) {
			unwritten = cmp.Or(unwritten, show(check))
		})
		switch {
		case unwritten != nil:
			return unwritten
		case ctx.Err() != nil:
			return errors.New("doctor was interrupted")
		case failures > 0:
			return fmt.Errorf("%s: %s failed", name, count(failures, "step"))
		}
		return nil
	}
	return cmd
}

// placesIn returns what tells where the keys of c are in its file.
func placesIn(file string, c *config.Config) doctor.Place {
	return func(key string) config.Mistake {
		return config.Mistake{File: file, Line: c.Line(key)}
	}
}

// locale returns the setting that says which characters a terminal shows.
func locale() string { return cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG")) }
