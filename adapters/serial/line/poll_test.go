package line_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

// polled is a device that says its temperature when it is asked.
func polled() line.Config {
	cfg := board()
	cfg.Poll = &line.Poll{Command: `READ\r\n`, Every: 10 * time.Second}
	return cfg
}

func TestPollAsksAtIntervals(t *testing.T) {
	b := newBench(t, line.KeyValue, polled())
	for range 3 {
		b.hear(lines("READ", "temp=21.5"))
		b.pass(8 * time.Second)
	}
	if diff := cmp.Diff([]string{"READ\r\n", "READ\r\n", "READ\r\n", "READ\r\n"}, b.sent); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"board online"}, b.availability()); diff != "" {
		t.Errorf("availability (-want +got):\n%s", diff)
	}
	if len(b.faults) > 0 {
		t.Errorf("faults %q", b.faults)
	}
}

func TestPollWithoutAnAnswer(t *testing.T) {
	b := newBench(t, line.KeyValue, polled())
	b.hear(lines("temp=21.5"))
	var hung error
	for range 45 {
		b.pass(time.Second)
		if b.result.Hung != nil {
			hung = b.result.Hung
			break
		}
	}
	if !errors.Is(hung, codec.ErrNoAnswer) {
		t.Errorf("hung: %v, want no answer", hung)
	}
	want := `no answer to "READ" within 2s: it does not answer`
	if diff := cmp.Diff([]string{want, want, want}, b.faults); diff != "" {
		t.Errorf("faults (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"board offline"}, b.availability()); diff != "" {
		t.Errorf("availability (-want +got):\n%s", diff)
	}
	b.step(b.codec.Lost)
	b.step(func(r *codec.Result) { b.codec.Opened(r, b.now) })
	if diff := cmp.Diff([]string{"board offline"}, b.availability()); diff != "" {
		t.Errorf("availability when the port is open again (-want +got):\n%s", diff)
	}
	b.hear(lines("temp=21.6"))
	if diff := cmp.Diff([]string{"board online"}, b.availability()); diff != "" {
		t.Errorf("availability after an answer (-want +got):\n%s", diff)
	}
	if last := b.faults[len(b.faults)-1]; last != "works again" {
		t.Errorf("last fault %q, want that it works again", last)
	}
}

func TestPollAndCommandsTakeTurns(t *testing.T) {
	b := newBench(t, line.KeyValue, polled())
	if _, err := b.set("board", "target", devices.Number(21)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"READ\r\n"}, b.sent); diff != "" {
		t.Errorf("sent while an answer is expected (-want +got):\n%s", diff)
	}
	b.hear(lines("temp=21.5"))
	b.pass(500 * time.Millisecond)
	if diff := cmp.Diff([]string{"READ\r\n", "target=21.0\n"}, b.sent); diff != "" {
		t.Errorf("sent after the answer (-want +got):\n%s", diff)
	}
	b.hear(lines("OK"))
	if err, settled := b.done[1]; !settled || err != nil {
		t.Errorf("ticket: %v, %v", settled, err)
	}
	b.pass(10 * time.Second)
	if diff := cmp.Diff([]string{"READ\r\n", "target=21.0\n", "READ\r\n"}, b.sent); diff != "" {
		t.Errorf("sent in the end (-want +got):\n%s", diff)
	}
}

func TestSilence(t *testing.T) {
	cfg := line.Config{Silent: time.Minute}
	b := newBench(t, line.KeyValue, cfg)
	b.hear(twice("temp=21.5"))
	b.pass(59 * time.Second)
	if diff := cmp.Diff([]string{"attic online"}, b.availability()); diff != "" {
		t.Errorf("after 59 s (-want +got):\n%s", diff)
	}
	b.pass(2 * time.Second)
	if diff := cmp.Diff([]string{"attic offline"}, b.availability()); diff != "" {
		t.Errorf("after 61 s (-want +got):\n%s", diff)
	}
	b.hear(lines("temp=21.5"))
	if diff := cmp.Diff([]string{"attic online"}, b.availability()); diff != "" {
		t.Errorf("when it is back (-want +got):\n%s", diff)
	}
}

func TestAvailabilityFollowsThePort(t *testing.T) {
	cfg := board()
	cfg.Devices = append(cfg.Devices, line.Device{ID: "relay", Properties: []line.Property{{Name: "on", Type: "boolean", Write: "R={value}"}}})
	b := newBench(t, line.KeyValue, cfg)
	if diff := cmp.Diff([]string{"board unknown", "relay online"}, b.availability()); diff != "" {
		t.Errorf("at first (-want +got):\n%s", diff)
	}
	b.hear(lines("x", "temp=21.5"))
	b.step(b.codec.Lost)
	if diff := cmp.Diff([]string{"board offline", "relay offline"}, b.availability()); diff != "" {
		t.Errorf("without a port (-want +got):\n%s", diff)
	}
	b.step(func(r *codec.Result) { b.codec.Opened(r, b.now) })
	if diff := cmp.Diff([]string{"board online", "relay online"}, b.availability()); diff != "" {
		t.Errorf("with it again (-want +got):\n%s", diff)
	}
}

func TestDevicesAreKnownBeforeThePortIs(t *testing.T) {
	c := mustNew(line.KeyValue, board())
	var r codec.Result
	c.Lost(&r)
	if len(r.Announced) != 1 || len(r.Availability) != 1 || r.Availability[0].Availability != devices.Offline {
		t.Errorf("got %+v", r.Update)
	}
}

func TestFaultsSayWhatCame(t *testing.T) {
	for _, test := range []struct {
		name   string
		format line.Format
		cfg    line.Config
		input  string
		want   []string
	}{
		{"a broken object", line.JSON, line.Config{}, lines("x", `{"a":1`, `{"a":1}`), []string{"the payload is not JSON from byte 6 on", "works again"}},
		{"a wrong baud rate", line.JSON, line.Config{}, "\x13\xff\x80\x91\x02\x83\n", []string{"6 of 6 bytes of a line are no text; is the baud rate right, and the port of the right device?"}},
		{"the wrong codec", line.JSON, line.Config{}, strings.Repeat("T=21.5\n", 25), []string{`20 lines in a row mean nothing, the last is "T=21.5"; want an object such as {"temperature": 21.5}`}},
		{"no heading", line.CSV, line.Config{}, strings.Repeat("21.5,40\n", 25), []string{`20 lines in a row mean nothing, the last is "21.5,40"; want columns such as 21.5,40, and their names in a line before them or in columns`}},
		{"too few columns", line.CSV, line.Config{Columns: []string{"a", "b", "c"}}, lines("x", "1,2", "1,2,3"), []string{`2 columns in "1,2", want 3: a, b, c`, "works again"}},
		{"a quote without an end", line.CSV, line.Config{Columns: []string{"a", "b"}}, lines("x", `1,"2`), []string{`a quote has no end in "2"`}},
		{"text behind a quote", line.CSV, line.Config{Columns: []string{"a", "b"}}, lines("x", `"1"2,3`), []string{`text behind a quote in "2,3", want ','`}},
		{"a long line", line.JSON, line.Config{}, strings.Repeat("x", 9000) + "\n{\"a\":1}\n", []string{"a line of 9000 bytes, want at most 8192"}},
		{"no end of line", line.JSON, line.Config{Terminator: "\r\n"}, strings.Repeat("x", 1<<20) + "\r\n{\"a\":1}\r\n", []string{`no end of line in 8192 bytes, want "\r\n"`, "the rest of a line that is too long"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := newBench(t, test.format, test.cfg)
			b.hear(test.input)
			if diff := cmp.Diff(test.want, slices.Compact(b.faults)); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}
