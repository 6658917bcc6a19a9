package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"thingbridge/cmd/thingbridge/config"
)

func newCheck() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "check [-c FILE]",
		Short:   "Find every mistake in a configuration",
		GroupID: groupGateway,
		Long: "check reads a configuration exactly as run does, and connects to nothing.\n" +
			"It lists every mistake with its file and line, and then exits with 2.",
		Example: "  thingbridge check\n" +
			"  thingbridge check -c /etc/thingbridge/thingbridge.yml",
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use shows them
	}
	file := configFlag(cmd)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		name, c, err := loadConfig(*file)
		if err != nil {
			return err
		}
		for _, w := range c.Warnings {
			w.Problem = "warning: " + w.Problem
			fmt.Fprintln(cmd.ErrOrStderr(), w)
		}
		_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s: ok (%s)\n", name, summary(c))
		return err
	}
	return cmd
}

// summary says what a configuration holds, so that a person sees whether it is
// the right one.
func summary(c *config.Config) string {
	parts := []string{identities(c.XMPP), count(len(c.Adapters), "adapter")}
	for _, part := range []struct {
		n    int
		what string
	}{
		{declaredDevices(c.Adapters), "declared device"},
		{len(c.Access.Admins), "admin"},
		{len(c.Access.Grants), "grant"},
		{len(c.Feeds), "feed"},
	} {
		if part.n > 0 {
			parts = append(parts, count(part.n, part.what))
		}
	}
	return strings.Join(parts, ", ")
}

// identities names the domain of the component, or says how many accounts there
// are.
func identities(x config.XMPP) string {
	if x.Component != nil {
		return x.Component.Domain
	}
	return count(len(x.Accounts), "account")
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
