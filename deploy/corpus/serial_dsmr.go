package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/dsmr"
	"thingbridge/devices"
)

// judgeTelegrams hears each file as a telegram of its own meter: every line with a
// number has to be a value, and one digit that is changed has to be found out by the CRC.
func judgeTelegrams(t *tally, f *folder) error {
	files, err := filepath.Glob(filepath.Join(f.dir, t.file))
	if err != nil {
		return err
	}
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		if err := judgeTelegram(t, filepath.Base(file), string(data)); err != nil {
			return err
		}
	}
	return nil
}

var (
	telegramSum  = regexp.MustCompile(`(?s)^(.*!)([0-9A-Fa-f]{0,4})`)
	telegramLine = regexp.MustCompile(`(?m)^(\d)-(\d):(\d+)\.(\d+)\.(\d+)(?:\*\d+)?((?:\([^)]*\)(?:\r?\n\([0-9.]+\))?)+)`)
	lastValue    = regexp.MustCompile(`\(([-0-9.]+)(?:\*(\w+))?\)$`)
	counts       = regexp.MustCompile(`^(96\.7\.\d+|\d+\.3[26]\.0|[1357]3\.7\.0)$`) // numbers that have no unit
	oldUnit      = regexp.MustCompile(`\((m3|GJ)\)`)
)

// hearMeter gives a codec what comes from a port, and returns the twins that come of it
// and what was said.
func hearMeter(it codec.Codec, data []byte) (twins []devices.Twin, said []string, err error) {
	registry := devices.NewRegistry()
	source := registry.Source("corpus", nil)
	var buffer codec.Buffer
	var r codec.Result
	it.Opened(&r, time.Now())
	for frame, err := range buffer.Take(it, data) {
		if err != nil {
			said = append(said, err.Error())
			continue
		}
		it.Decode(&r, frame, time.Now())
	}
	for i := range r.Faults {
		said = append(said, r.Faults[i].Error())
	}
	if err := source.Apply(r.Update); err != nil {
		return nil, said, err
	}
	return registry.All(), said, nil
}

func judgeTelegram(t *tally, name, text string) error {
	it, err := dsmr.New("meter", dsmr.Config{})
	if err != nil {
		return err
	}
	twins, said, err := hearMeter(it, []byte(text))
	if err != nil {
		t.bad("refused by the registry", "%s: %v", name, err)
		return nil
	}
	parts := telegramSum.FindStringSubmatch(text)
	if parts == nil {
		t.bad("no end of a telegram", "%s", name)
		return nil
	}
	if sum, err := strconv.ParseUint(parts[2], 16, 16); err == nil && uint16(sum) != arc(parts[1]) {
		judgeRefused(t, name, said, twins)
		return nil
	}
	if parts[2] != "" {
		changed := strings.Replace(text, "(0", "(1", 1)
		it, err := dsmr.New("meter", dsmr.Config{})
		if err != nil {
			return err
		}
		twins, said, err := hearMeter(it, []byte(changed))
		if err != nil {
			return err
		}
		judgeRefused(t, name+", with one digit changed", said, twins)
	}
	for _, s := range said {
		t.bad("refused: "+general(s), "%s", name)
	}
	for _, line := range telegramLine.FindAllStringSubmatch(text, -1) {
		judgeRegister(t, name, line, twins)
	}
	return nil
}

// judgeRefused judges what is said of a telegram that is wrong on purpose.
func judgeRefused(t *tally, name string, said []string, twins []devices.Twin) {
	all := strings.Join(said, "; ")
	switch {
	case len(twins) > 0:
		t.bad("values of a telegram with a wrong CRC", "%s", name)
	case !strings.Contains(all, "CRC: got") || !strings.Contains(all, "want"):
		t.bad("a wrong CRC is refused without what was got and wanted", "%s: %s", name, all)
	default:
		t.ok()
		t.note("rightly refused: a wrong CRC", "%s: %s", name, all)
	}
}

// judgeRegister looks for the value of a line: of the electricity meter, or of one that is
// connected to it.
func judgeRegister(t *tally, name string, line []string, twins []devices.Twin) {
	channel, code, values := line[2], line[3]+"."+line[4]+"."+line[5], line[6]
	value := lastValue.FindStringSubmatch(values)
	if value == nil || value[1] == "" {
		t.note("lines without a number", "%s: %s", name, line[0])
		return
	}
	unit := value[2]
	if old := oldUnit.FindStringSubmatch(values); old != nil {
		unit = old[1]
	}
	if unit == "" && !counts.MatchString(code) {
		t.note("lines without a unit", "%s: %s", name, line[0])
		return
	}
	if code == "99.97.0" {
		t.note("logs of power failures, of which the last is told if its clock was set", "%s: %s", name, line[0])
		return
	}
	if code == "98.1.0" && strings.Contains(values, "kvarh") {
		t.note("registers of a month that has passed, which are told in it", "%s", name)
		return
	}
	number, err := strconv.ParseFloat(value[1], 64)
	if err != nil {
		t.bad("no number", "%s: %s", name, line[0])
		return
	}
	for i := range twins {
		if (twins[i].Device.ID == "meter") == (channel == "0") && hasValue(&twins[i], number, unit) || code == "98.1.0" && hasText(&twins[i], value[1]) {
			t.ok()
			return
		}
	}
	t.bad("no value for "+code, "%s: %s", name, line[0])
}

// hasValue reports whether a device has a number that is n of a unit.
func hasValue(twin *devices.Twin, n float64, unit string) bool {
	scale := 1.0
	base := unit
	if strings.HasPrefix(unit, "k") && len(unit) > 1 {
		scale, base = 1000, unit[1:]
	}
	if unit == "m3" {
		base = "m³"
	}
	for i, s := range twin.States {
		got, ok := s.Reported.Number()
		of, its := 1.0, twin.Device.Properties[i].Unit
		if strings.HasPrefix(its, "k") && len(its) > 1 {
			of, its = 1000, its[1:]
		}
		if ok && its == base && near(got*of, n*scale) {
			return true
		}
	}
	return false
}

func hasText(twin *devices.Twin, number string) bool {
	want := strings.TrimLeft(number, "0")
	for _, s := range twin.States {
		if text, ok := s.Reported.Text(); ok && strings.Contains(text, strings.TrimRight(want, "0")) {
			return true
		}
	}
	return false
}

// arc is the CRC-16 of telegrams, bit by bit.
func arc(text string) (sum uint16) {
	for _, b := range []byte(text) {
		sum ^= uint16(b)
		for range 8 {
			odd := sum&1 != 0
			sum >>= 1
			if odd {
				sum ^= 0xA001
			}
		}
	}
	return sum
}
