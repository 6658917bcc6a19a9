package main

import (
	"io"
	"os"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/term"

	"thingbridge/cmd/thingbridge/config"
)

// verbosity decides which events are logged. It can be changed at any time from
// any goroutine, and holds for all loggers that were made from its own.
type verbosity struct{ least atomic.Int32 }

// Set logs events of level and above from here on.
func (v *verbosity) Set(level config.Level) { v.least.Store(int32(zerologLevel(level))) }

// Sample reports whether an event is logged. Zerolog asks before it builds one,
// so what is not logged costs next to nothing.
func (v *verbosity) Sample(level zerolog.Level) bool { return level >= zerolog.Level(v.least.Load()) }

func zerologLevel(level config.Level) zerolog.Level {
	switch level {
	case config.LevelError:
		return zerolog.ErrorLevel
	case config.LevelWarn:
		return zerolog.WarnLevel
	case config.LevelDebug:
		return zerolog.DebugLevel
	case config.LevelTrace:
		return zerolog.TraceLevel
	}
	return zerolog.InfoLevel
}

// newLogger returns a logger that writes to w, and what changes its level.
func newLogger(w io.Writer, level config.Level) (zerolog.Logger, *verbosity) {
	v := &verbosity{}
	v.Set(level)
	return zerolog.New(w).Level(zerolog.TraceLevel).Sample(v).With().Timestamp().Logger(), v
}

// logOutput writes for people where f is a terminal, and otherwise one JSON
// object a line.
func logOutput(f *os.File) io.Writer {
	if !term.IsTerminal(int(f.Fd())) {
		return f
	}
	return zerolog.ConsoleWriter{Out: f, TimeFormat: time.TimeOnly, NoColor: os.Getenv("NO_COLOR") != ""}
}
