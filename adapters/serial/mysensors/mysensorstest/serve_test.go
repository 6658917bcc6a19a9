package mysensorstest_test

import (
	"bufio"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"thingbridge/adapters/serial/mysensors/mysensorstest"
)

func TestServe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		here, there := net.Pipe()
		ctx, cancel := context.WithCancel(t.Context())
		network := mysensorstest.New(mysensorstest.Config{Seed: 1, Nodes: 3})
		start := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
		var wg sync.WaitGroup
		var served error
		wg.Go(func() { served = network.Serve(ctx, there, start, 10) })
		began := time.Now()
		lines := bufio.NewReader(here)
		wait := func(want string) {
			t.Helper()
			for {
				line, err := lines.ReadString('\n')
				if err != nil {
					t.Fatalf("waiting for %q: %v", want, err)
				}
				if strings.HasPrefix(line, want) {
					return
				}
			}
		}
		say := func(line string) {
			t.Helper()
			if _, err := here.Write([]byte(line + "\n")); err != nil {
				t.Fatal(err)
			}
		}
		wait("0;255;3;0;14;")
		wait("255;255;3;0;3;")
		say("255;255;3;0;4;1")
		wait("1;255;3;0;11;Thermostat")
		wait("1;1;1;0;45;19.0")
		say("1;1;1;1;45;22.5")
		wait("1;1;1;1;45;22.5")
		wait("1;1;1;0;45;22.5")
		if passed := time.Since(began); passed < 6*time.Second || passed > 7*time.Second {
			t.Errorf("the report of a minute comes after %s, want a tenth of that", passed)
		}
		cancel()
		go func() { _, _ = lines.WriteTo(discard{}) }()
		synctest.Wait()
		there.Close()
		here.Close()
		wg.Wait()
		if !errors.Is(served, context.Canceled) {
			t.Errorf("it ends with %v", served)
		}
	})
}

type discard struct{}

func (discard) Write(p []byte) (int, error) { return len(p), nil }
