package main

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"fmt"
	"math"
	"path/filepath"
	"strings"

	"thingbridge/adapters/serial/sml"
	"thingbridge/devices"
)

// judgeFiles hears each line as an SML file of its own meter, in hexadecimal digits:
// every register with a number has to be a value, and one byte that is changed has to be
// found out by the CRC.
func judgeFiles(t *tally, f *folder) error {
	files, err := filepath.Glob(filepath.Join(f.dir, t.file))
	if err != nil {
		return err
	}
	for _, file := range files {
		if err := judgeFile(t, f, filepath.Join(filepath.Dir(t.file), filepath.Base(file))); err != nil {
			return err
		}
	}
	return nil
}

func judgeFile(t *tally, f *folder, name string) error {
	file, err := f.open(name)
	if err != nil {
		return err
	}
	defer file.Close()
	title := name
	lines := bufio.NewScanner(file)
	for lines.Buffer(nil, maxLine); lines.Scan(); {
		text := strings.TrimSpace(lines.Text())
		if note, ok := strings.CutPrefix(text, "#"); ok {
			title = strings.TrimSpace(note)
			continue
		}
		if text == "" {
			continue
		}
		data, err := hex.DecodeString(text)
		if err != nil {
			t.bad("a line that is not hexadecimal", "%s: %v", title, err)
			continue
		}
		if err := judgeSML(t, title, data); err != nil {
			return err
		}
	}
	return lines.Err()
}

func judgeSML(t *tally, title string, data []byte) error {
	twins, said, err := hearSML(data)
	switch {
	case err != nil:
		return err
	case strings.Contains(title, "wrong") || strings.Contains(title, "invalid"):
		judgeRefused(t, title, said, twins)
		return nil
	case len(said) > 0:
		t.bad("refused: "+general(said[0]), "%s", title)
		return nil
	case len(twins) != 1:
		t.bad(fmt.Sprintf("a file makes %d devices", len(twins)), "%s", title)
		return nil
	}
	changed := bytes.Clone(data)
	changed[len(changed)/2] ^= 1
	twins2, said, err := hearSML(changed)
	if err != nil {
		return err
	}
	judgeRefused(t, title+", with one bit changed", said, twins2)
	for _, e := range smlEntries(data) {
		if e.unit == "" {
			t.note("registers without a unit", "%s: %x", title, e.code)
			continue
		}
		if hasValue(&twins[0], e.value, e.unit) {
			t.ok()
		} else {
			t.bad("no value for a register", "%s: %x, want %v %s, got %s", title, e.code, e.value, e.unit, values(&twins[0]))
		}
	}
	return nil
}

func hearSML(data []byte) ([]devices.Twin, []string, error) {
	it, err := sml.New("meter", sml.Config{})
	if err != nil {
		return nil, nil, err
	}
	return hearMeter(it, data)
}

// smlEntry is a register as it stands in the bytes.
type smlEntry struct {
	code  []byte
	unit  string
	value float64
}

// smlUnits are units of meters by their numbers.
var smlUnits = map[byte]string{8: "°", 27: "W", 30: "Wh", 33: "A", 35: "V", 44: "Hz"}

// smlEntries finds the registers in a file by what they begin with, 77 07 and a code.
func smlEntries(data []byte) []smlEntry {
	var all []smlEntry
	for i := 0; i+20 < len(data); i++ {
		if data[i] != 0x77 || data[i+1] != 0x07 || data[i+2] != 1 {
			continue
		}
		rest := data[i+8:]
		rest = rest[smlSize(rest):] // status
		rest = rest[smlSize(rest):] // time
		if len(rest) < 6 || rest[0] != 0x62 || rest[2] != 0x52 {
			continue
		}
		e := smlEntry{code: data[i+2 : i+8], unit: smlUnits[rest[1]]}
		size := int(rest[4] & 0x0F)
		if len(rest) < 4+size {
			continue
		}
		var n int64
		for _, b := range rest[5 : 4+size] {
			n = n<<8 | int64(b)
		}
		if bits := 8 * (size - 1); rest[4]>>4 == 5 && n>>(bits-1) != 0 {
			n -= 1 << bits
		}
		e.value = float64(n) * math.Pow10(int(int8(rest[3])))
		all = append(all, e)
	}
	return all
}

// smlSize is the size of an element with all that is in it, in bytes.
func smlSize(data []byte) int {
	if len(data) == 0 {
		return 0
	}
	if data[0]>>4 != 7 {
		return min(max(1, int(data[0]&0x0F)), len(data))
	}
	size := 1
	for range data[0] & 0x0F {
		size += smlSize(data[size:])
	}
	return size
}
