package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/cmd/thingbridge/config"
)

func TestTheLevelOfALogHoldsForLoggersMadeFromItAndCanBeChanged(t *testing.T) {
	var out strings.Builder
	log, verbosity := newLogger(&out, config.LevelWarn)
	child := log.With().Str("adapter", "house").Logger()
	speak := func() {
		child.Error().Msg("error")
		child.Warn().Msg("warn")
		child.Info().Msg("info")
		child.Debug().Msg("debug")
		child.Trace().Msg("trace")
	}
	all := []string{"error", "warn", "info", "debug", "trace"}
	for said, level := range []config.Level{config.LevelError, config.LevelWarn, config.LevelInfo, config.LevelDebug, config.LevelTrace} {
		out.Reset()
		verbosity.Set(level)
		speak()
		if diff := cmp.Diff(all[:said+1], messages(t, out.String())); diff != "" {
			t.Errorf("log at %v (-want +got):\n%s", level, diff)
		}
	}
}

func messages(t *testing.T, log string) []string {
	t.Helper()
	var got []string
	for line := range strings.Lines(log) {
		var event struct{ Adapter, Message, Time string }
		if err := json.Unmarshal([]byte(line), &event); err != nil {
			t.Fatal(err)
		}
		if event.Adapter != "house" || event.Time == "" {
			t.Errorf("event %+v, want the adapter and a time", event)
		}
		got = append(got, event.Message)
	}
	return got
}
