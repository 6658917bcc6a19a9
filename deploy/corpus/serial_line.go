package main

import (
	"bufio"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	textline "thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

// sketch is what one program on a board prints.
type sketch struct {
	title string
	lines []string
}

// sketches reads a file in which a line with # begins what the next one prints.
func sketches(f *folder, name string) ([]sketch, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var all []sketch
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		text := strings.TrimRight(scanner.Text(), "\r")
		if title, ok := strings.CutPrefix(text, "#"); ok || len(all) == 0 {
			all = append(all, sketch{title: strings.TrimSpace(title)})
			if ok {
				continue
			}
		}
		if last := &all[len(all)-1]; text != "" {
			last.lines = append(last.lines, text)
		}
	}
	return all, scanner.Err()
}

// judgeSketches hears what boards print, with nothing in the configuration: a line that
// names measurements has to give them all, and any other line nothing.
func judgeSketches(t *tally, f *folder) error {
	all, err := sketches(f, t.file)
	if err != nil {
		return err
	}
	for _, s := range all {
		for _, format := range []textline.Format{textline.KeyValue, textline.Pattern} {
			if err := judgeSketch(t, &s, format); err != nil {
				return err
			}
		}
	}
	return nil
}

func judgeSketch(t *tally, s *sketch, format textline.Format) error {
	it, err := textline.New("corpus", format, &textline.Config{})
	if err != nil {
		return err
	}
	var r codec.Result
	it.Opened(&r, time.Now())
	source := devices.NewRegistry().Source("corpus", nil)
	for round := range 3 { // a property is what comes again; the board was heard amid a line
		for _, text := range s.lines {
			r.Reset()
			it.Decode(&r, []byte(text), time.Now())
			if err := source.Apply(r.Update); err != nil {
				t.bad("refused by the registry", "%s: %v", text, err)
			}
			if round == 2 {
				judgeLine(t, format, text, &r)
			}
		}
	}
	return nil
}

// measurement finds a name and a number behind a colon.
var measurement = regexp.MustCompile(`[A-Za-z][A-Za-z ]*: *(-?[0-9]+(?:\.[0-9]+)?)`)

func judgeLine(t *tally, format textline.Format, text string, r *codec.Result) {
	var want, got []string
	for _, m := range measurement.FindAllStringSubmatch(text, -1) {
		n, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			continue
		}
		want = append(want, devices.Number(n).String())
	}
	for _, reading := range r.Readings {
		got = append(got, reading.Value.String())
	}
	for i := range r.Faults {
		t.bad("a fault: "+general(r.Faults[i].Error()), "%s: %s", format, text)
	}
	switch {
	case strings.Join(got, " ") != strings.Join(want, " "):
		t.bad(fmt.Sprintf("%d values, want %d", len(got), len(want)), "%s: %s: got %q, want %q", format, text, got, want)
	case len(want) == 0:
		t.ok()
		t.note("says nothing of the house", "%s", text)
	default:
		t.ok()
	}
}
