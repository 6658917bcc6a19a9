package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// version is set by the linker where there is no repository to take it from:
// go build -ldflags "-X main.version=1.2.3".
var version string

// build is what is known of this program.
type build struct {
	Version string `json:"version"`
	Commit  string `json:"commit"` // "unknown" outside a repository; ends in "+changes" when files differed from it
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func newVersion() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "version [--json]",
		Short:   "Print the version",
		GroupID: groupOther,
		Example: "  thingbridge version\n" +
			"  thingbridge version --json",
		Args:                  noArguments,
		DisableFlagsInUseLine: true, // Use shows them
	}
	asJSON := cmd.Flags().Bool("json", false, "print one JSON object")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		info, _ := debug.ReadBuildInfo()
		b := describe(version, info)
		if *asJSON {
			return json.NewEncoder(cmd.OutOrStdout()).Encode(b)
		}
		return b.print(cmd.OutOrStdout())
	}
	return cmd
}

// describe joins what the linker set with what the compiler knows; info may be nil.
func describe(linked string, info *debug.BuildInfo) build {
	b := build{Version: linked, Commit: "unknown", Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	if info == nil {
		info = &debug.BuildInfo{}
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	if b.Version == "" || b.Version == "(devel)" {
		b.Version = "devel"
	}
	changes := ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			b.Commit = s.Value
		case s.Key == "vcs.modified" && s.Value == "true":
			changes = "+changes"
		}
	}
	b.Commit += changes
	return b
}

func (b build) print(w io.Writer) error {
	_, err := fmt.Fprintf(w, "thingbridge %s (commit %s, %s, %s/%s)\n", b.Version, b.Commit, b.Go, b.OS, b.Arch)
	return err
}
