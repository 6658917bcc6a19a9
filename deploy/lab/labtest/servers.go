// Package labtest gives tests the servers of package lab and clients that are not
// ours to talk to them.
//
// [Prosody], [Ejabberd] and [Mosquitto] start a server that ends with the test,
// and show its log when the test failed. [Slixmpp] logs a user in with an
// independent XMPP library and so judges what our side of the wire looks like to
// others. A program that is not installed fails the test.
package labtest

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"thingbridge/deploy/lab"
)

// startPatience bounds the start of a server, on a machine busy with other tests.
const startPatience = time.Minute

// Prosody starts a Prosody server for the duration of the test.
func Prosody(t testing.TB, config lab.ProsodyConfig) *lab.Prosody {
	t.Helper()
	config.Log = logOr(t, "prosody", config.Log)
	return start(t, config, lab.StartProsody)
}

// Ejabberd starts an ejabberd server for the duration of the test.
func Ejabberd(t testing.TB, config lab.EjabberdConfig) *lab.Ejabberd {
	t.Helper()
	config.Log = logOr(t, "ejabberd", config.Log)
	return start(t, config, lab.StartEjabberd)
}

// Mosquitto starts a broker for the duration of the test.
func Mosquitto(t testing.TB, config lab.MosquittoConfig) *lab.Mosquitto {
	t.Helper()
	config.Log = logOr(t, "mosquitto", config.Log)
	return start(t, config, lab.StartMosquitto)
}

// Federation starts a federation for the duration of the test. Its members are to
// be started after it.
func Federation(t testing.TB) *lab.Federation {
	t.Helper()
	f, err := lab.StartFederation()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	})
	return f
}

// logOr returns w, or without one a log that a failed test shows.
func logOr(t testing.TB, name string, w io.Writer) io.Writer {
	if w != nil {
		return w
	}
	return captureLog(t, name)
}

// start opens a server that is closed at the end of the test.
func start[C any, S io.Closer](t testing.TB, config C, open func(context.Context, C) (S, error)) S {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startPatience)
	defer cancel()
	server, err := open(ctx, config)
	if errors.Is(err, lab.ErrNotInstalled) {
		t.Fatalf("%v (`make deps` does it)", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Close(); err != nil {
			t.Error(err)
		}
	})
	return server
}
