package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"thingbridge/cmd/thingbridge/config"
)

// configPlaces returns where the configuration is looked for when the command
// line does not name one.
func configPlaces() []string {
	return []string{"./thingbridge.yml", "/etc/thingbridge/thingbridge.yml"}
}

// configFlag gives cmd the flag -c and returns where its value will be.
func configFlag(cmd *cobra.Command) *string {
	return cmd.Flags().StringP("config", "c", "",
		"the configuration `FILE` (default "+strings.Join(configPlaces(), ", then ")+")")
}

// loadConfig loads the named configuration, or with "" the first that is found,
// and returns its name too.
func loadConfig(file string) (string, *config.Config, error) {
	if file == "" {
		found, ok := findConfig()
		if !ok {
			return "", nil, usageError{fmt.Sprintf("no configuration: neither %s exists; write one, for example from thingbridge.example.yml, or name it with -c FILE",
				strings.Join(configPlaces(), " nor "))}
		}
		file = found
	}
	c, err := config.Load(file, kinds())
	return file, c, err
}

func findConfig() (file string, ok bool) {
	for _, file := range configPlaces() {
		if _, err := os.Stat(file); err == nil {
			return file, true
		}
	}
	return "", false
}
