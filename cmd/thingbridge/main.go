// Command thingbridge gives every device in a house an address on an XMPP server.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"thingbridge/cmd/thingbridge/config"
)

// What the program exits with. A service manager restarts after exitFailure, and
// not after exitUsage, which only a person can mend.
const (
	exitOK      = 0
	exitFailure = 1 // something went wrong while running
	exitUsage   = 2 // the command line or the configuration is wrong
)

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run executes one command line and returns the exit code. What goes wrong is
// written to stderr once.
func run(args []string, stdout, stderr io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.Execute()
	explain(stderr, err)
	return exitCode(err)
}

// The groups of commands in the help.
const (
	groupGateway = "gateway"
	groupRunning = "running"
	groupOther   = "other"
)

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "thingbridge",
		Short: "Every device in the house, as a contact on XMPP",
		Long: "thingbridge gives every device in a house an address on an XMPP server, so that\n" +
			"people see it in their contact list, talk to it and hear of it.",
		Example: "  thingbridge check -c /etc/thingbridge/thingbridge.yml",
		Args:    noArguments,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },

		SilenceErrors:              true, // explain prints them
		SilenceUsage:               true,
		SuggestionsMinimumDistance: 2,
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Sprintf("%v; see %s --help", err, cmd.CommandPath())}
	})
	root.AddGroup(
		&cobra.Group{ID: groupGateway, Title: "The gateway:"},
		&cobra.Group{ID: groupRunning, Title: "While it runs:"},
		&cobra.Group{ID: groupOther, Title: "Other:"},
	)
	root.SetHelpCommandGroupID(groupOther)
	root.SetCompletionCommandGroupID(groupOther)
	root.AddCommand(
		newRun(),
		newCheck(),
		newDoctor(),
		newDemo(),
		newTap(),
		newVersion(),
	)
	return root
}

// noArguments refuses what is left of the command line. For the root command that
// is an unknown command.
func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.Flags().Lookup("config") != nil {
		return usageError{fmt.Sprintf("%s takes no argument, got %q; name the configuration with -c FILE", cmd.CommandPath(), args[0])}
	}
	if cmd.HasParent() {
		return usageError{fmt.Sprintf("%s takes no argument, got %q", cmd.CommandPath(), args[0])}
	}
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		return usageError{fmt.Sprintf("unknown command %q; did you mean %s?", args[0], strings.Join(near, " or "))}
	}
	return usageError{fmt.Sprintf("unknown command %q; see thingbridge --help", args[0])}
}

// atMostOne takes what may be named, and refuses more.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return usageError{fmt.Sprintf("%s takes %s, got %q and %q too", cmd.CommandPath(), what, args[0], args[1])}
		}
		return nil
	}
}

// usageError says what is wrong with the command line.
type usageError struct{ problem string }

func (e usageError) Error() string { return e.problem }

// explain writes err for a person. Mistakes of a configuration start with their
// file and line, as editors understand them.
func explain(w io.Writer, err error) {
	var wrong *config.Error
	switch {
	case err == nil:
	case errors.As(err, &wrong):
		fmt.Fprintln(w, wrong)
	default:
		fmt.Fprintf(w, "thingbridge: %v\n", err)
	}
}

func exitCode(err error) int {
	var usage usageError
	var wrong *config.Error
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage), errors.As(err, &wrong):
		return exitUsage
	}
	return exitFailure
}
