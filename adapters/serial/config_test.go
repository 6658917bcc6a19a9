package serial

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters/serial/codec"
	"thingbridge/devices"
)

// section is that of codecs which need one.
type section struct {
	ID    string
	Limit int
}

func (s *section) SetDefaults() { s.Limit = 1 }

func (s *section) Validate(report func(path, problem string)) {
	if s.ID == "" {
		report("id", "is missing")
	}
}

func (s *section) Declared() []devices.ID { return []devices.ID{devices.ID(s.ID)} }

// sectioned are codecs with sections, which are there or not.
func sectioned(mine, theirs *section) []protocol {
	usual := func() codec.Line { return codec.Line{Baud: 9600, DataBits: 7, Parity: "even"} }
	open := func(string, *Config, *section) (codec.Codec, error) { return newWords(), nil }
	return []protocol{
		protocolOf("one", "mine", text, usual, func(*Config) **section { return &mine }, open),
		protocolOf("two", "mine", text, usual, func(*Config) **section { return &mine }, open),
		protocolOf("three", "theirs", binary, usual, func(*Config) **section { return &theirs }, open),
	}
}

func TestValidate(t *testing.T) {
	minute := 2 * time.Minute
	full := &section{ID: "meter"}
	for _, test := range []struct {
		name         string
		cfg          Config
		mine, theirs *section
		want         []string // "path: part of the problem"
	}{
		{"nothing wrong", Config{Port: "/dev/ttyUSB0", Codec: "one"}, full, nil, nil},
		{"a TCP port", Config{Port: "tcp://ser2net:3333", Codec: "one"}, full, nil, nil},
		{"no port", Config{Codec: "one"}, full, nil, []string{"port: is missing"}},
		{"a port of another system", Config{Port: "COM3", Codec: "one"}, full, nil, []string{"port: /dev/serial/by-id"}},
		{"another scheme", Config{Port: "telnet://a:1", Codec: "one"}, full, nil, []string{"port: tcp://host:port"}},
		{"no port of TCP", Config{Port: "tcp://a", Codec: "one"}, full, nil, []string{"port: write tcp://host:port"}},
		{"a wrong port of TCP", Config{Port: "tcp://a:99999", Codec: "one"}, full, nil, []string{"port: 1 to 65535"}},
		{"settings of TCP", Config{Port: "tcp://a:1", Codec: "one", Baud: 9600, Parity: "none"}, full, nil,
			[]string{"baud: ser2net", "parity: ser2net"}},
		{"a rate between two", Config{Port: "/dev/a", Codec: "one", Baud: 10000}, full, nil, []string{"baud: near are 9600 and 19200"}},
		{"a rate beyond", Config{Port: "/dev/a", Codec: "one", Baud: 5000000}, full, nil, []string{"baud: near are 3500000 and 4000000"}},
		{"a rate below", Config{Port: "/dev/a", Codec: "one", Baud: 1}, full, nil, []string{"baud: near are 50"}},
		{"bits", Config{Port: "/dev/a", Codec: "one", DataBits: 9, StopBits: 3, Parity: "mark", Settle: &minute}, full, nil,
			[]string{"data_bits: 5, 6, 7 or 8", "stop_bits: 1 or 2", "parity: none, odd or even", "settle: 1m0s"}},
		{"no codec", Config{Port: "/dev/a"}, nil, nil, []string{"codec: is missing; use one, two or three"}},
		{"an unknown codec", Config{Port: "/dev/a", Codec: "four"}, nil, nil, []string{`codec: "four" is no codec; use one, two or three`}},
		{"the section of another", Config{Port: "/dev/a", Codec: "one"}, full, full,
			[]string{"theirs: goes with the codec three, and the codec here is one"}},
		{"the section of two others", Config{Port: "/dev/a", Codec: "three"}, full, full,
			[]string{"mine: goes with the codec one or two, and the codec here is three"}},
		{"a section that is missing", Config{Port: "/dev/a", Codec: "three"}, nil, nil, []string{"theirs.id: is missing"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			test.cfg.validate(sectioned(test.mine, test.theirs), func(path, problem string) { got = append(got, path+": "+problem) })
			slices.Sort(got)
			slices.Sort(test.want)
			fits := func(got, want string) bool {
				path, part, _ := strings.Cut(want, ": ")
				return strings.HasPrefix(got, path+": ") && strings.Contains(got, part)
			}
			if !slices.EqualFunc(got, test.want, fits) {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
}

func TestLine(t *testing.T) {
	usual := codec.Line{Baud: 9600, DataBits: 7, Parity: "even", Settle: time.Second}
	none := time.Duration(0)
	for _, test := range []struct {
		cfg  Config
		want codec.Line
	}{
		{Config{}, codec.Line{Baud: 9600, DataBits: 7, Parity: "even", StopBits: 1, Settle: time.Second}},
		{Config{Baud: 115200, DataBits: 8, Parity: "none", StopBits: 2, Settle: &none}, codec.Line{Baud: 115200, DataBits: 8, Parity: "none", StopBits: 2}},
	} {
		if got := test.cfg.line(usual); got != test.want {
			t.Errorf("got %+v, want %+v", got, test.want)
		}
	}
	if got := settings(usual); got != "9600 baud 7E0" {
		t.Errorf("settings are %q", got)
	}
}

func TestAWrongConfigurationIsPermanent(t *testing.T) {
	a := newAdapter("attic", Config{Port: "COM3", Codec: "one"}, zerolog.Nop(), NewPorts(), sectioned(nil, nil))
	err := a.Run(t.Context(), newHouse())
	if err == nil || !strings.Contains(err.Error(), "serial attic: ") || !strings.Contains(err.Error(), "COM3") {
		t.Errorf("Run: %v", err)
	}
}

func TestHint(t *testing.T) {
	p := &protocol{name: "words", form: text, usual: func() codec.Line { return codec.Line{Baud: 57600} }}
	bits := &protocol{name: "bits", form: binary, usual: p.usual}
	usual := codec.Line{Baud: 57600, DataBits: 8, Parity: "none", StopBits: 1}
	slow := usual
	slow.Baud = 9600
	garbage := []byte("\xf8\x80\xe6\x98\x00\xfe\x1e\x9c\xf0\x80\xf8\x80\xe6\x98\x00\xfe\x1e\x9c\xf0\x80\xf8\x80\xe6\x98\x00\xfe\x1e\x9c\xf0\x80\xfe\xfe")
	for _, test := range []struct {
		name string
		p    *protocol
		line codec.Line
		at   place
		n    noise
		want string
	}{
		{"garbage at another rate", p, slow, place{}, noise{bad: 1}, "usual for words is 57600 baud 8N1"},
		{"garbage at the usual rate", p, usual, place{}, noise{bad: 1}, "try 115200, 38400, 19200, 9600"},
		{"garbage from far", p, usual, place{tcp: "a:1"}, noise{bad: 1}, "at the other end"},
		{"much that is good", p, slow, place{}, noise{good: 10, bad: 1}, ""},
		{"binary", bits, slow, place{}, noise{bad: 20}, "usual for bits is 57600"},
	} {
		n := test.n
		n.bytes(garbage)
		if got := n.hint(test.p, test.line, test.at); (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: %q, want %q in it", test.name, got, test.want)
		}
	}
	var n noise
	n.bytes([]byte("DEBUG: this is what people print while they look for mistakes\n"))
	if n.wrong(text) {
		t.Error("plain text is taken for a wrong baud rate")
	}
	n.begin()
	for range 20 {
		n.frame(garbage, []codec.Fault{{Err: fmt.Errorf("%w; write the key", codec.ErrSealed)}})
	}
	if n.wrong(text) {
		t.Error("what is encrypted is taken for a wrong baud rate")
	}
	n.begin()
	n.frame(garbage, []codec.Fault{{Err: errors.New("no sense")}})
	if !n.wrong(text) {
		t.Error("a frame without sense is taken for a good one")
	}
}

func TestTroubleSaysWhatToDo(t *testing.T) {
	_, err := testSetup(place{path: t.TempDir() + "/ttyUSB0"}).open(t.Context())
	if err == nil || !strings.Contains(err.Error(), "there is no ") || !strings.Contains(err.Error(), "/dev/serial/by-id") {
		t.Errorf("a port that is not there: %v", err)
	}
	if _, err := testSetup(place{path: "/dev/null"}).open(t.Context()); err == nil || !strings.Contains(err.Error(), "/dev/null is no serial port") {
		t.Errorf("what is no port: %v", err)
	}
	if _, err := testSetup(place{path: t.TempDir()}).open(t.Context()); err == nil || !strings.Contains(err.Error(), "is no serial port") {
		t.Errorf("a folder: %v", err)
	}
	if _, remedy := forbidden("/dev/ttyUSB0"); !strings.Contains(remedy, "sudo usermod -aG dialout ") {
		t.Errorf("without permission: %q", remedy)
	}
}

func TestLockedBy(t *testing.T) {
	const locks = "1: POSIX  ADVISORY  WRITE 12 00:06:145 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 13 00:06:147 0 EOF\n" +
		"2: FLOCK  ADVISORY  WRITE 14 00:06:146 0 EOF\n3: FLOCK ADVISORY\nrubbish\n4: FLOCK  ADVISORY  WRITE -1 00:06:148 0 EOF\n"
	for inode, want := range map[uint64]int{145: 12, 146: 14, 147: 0, 148: 0, 149: 0} {
		if got := lockedBy(locks, 0, 6, inode); got != want {
			t.Errorf("inode %d is locked by %d, want %d", inode, got, want)
		}
	}
}

func TestBackoff(t *testing.T) {
	var got []string
	for fails := range 7 {
		got = append(got, fmt.Sprint(backoff(fails)))
	}
	if want := []string{"500ms", "500ms", "1s", "2s", "4s", "5s", "5s"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
