package modbus

import (
	"bufio"
	"bytes"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
)

// examples are PDUs of the specification, V1.1b3.
var examples = []struct {
	form    Form
	pdu     string
	explain string
}{
	{Ask, "0100130013", "question: read coils: 19 from coil 20 (address 19) on"},
	{Answer, "0103cd6b05", "answer: read coils: 10110011 11010110 10100000"},
	{Ask, "0200c40016", "question: read discrete inputs: 22 from discrete input 10197 (address 196) on"},
	{Answer, "0203acdb35", "answer: read discrete inputs: 00110101 11011011 10101100"},
	{Ask, "03006b0003", "question: read holding registers: 3 from holding register 40108 (address 107) on"},
	{Answer, "0306022b00000064", "answer: read holding registers: 555, 0, 100"},
	{Ask, "0400080001", "question: read input registers: 1 from input register 30009 (address 8) on"},
	{Answer, "0402000a", "answer: read input registers: 10"},
	{Ask, "0500acff00", "question, or its answer: write a coil: coil 173 (address 172) = on"},
	{Answer, "0600010003", "question, or its answer: write a register: holding register 40002 (address 1) = 3"},
	{Ask, "07", "question: read the exception status"},
	{Answer, "076d", "answer: read the exception status: 6d"},
	{Ask, "080000a537", "question, or its answer: diagnose the line: 00 00 a5 37"},
	{Ask, "0b", "question: count events"},
	{Answer, "0bffff0108", "answer: count events: ff ff 01 08"},
	{Ask, "0c", "question: read the log of events"},
	{Answer, "0c08000001080121" + "2000", "answer: read the log of events: 08 00 00 01 08 01 21 20 00"},
	{Ask, "0f0013000a02cd01", "question: write coils: 10 from coil 20 (address 19) on = 10110011 10"},
	{Answer, "0f0013000a", "answer: write coils: 10 from coil 20 (address 19) on"},
	{Ask, "100001000204000a0102", "question: write registers: 2 from holding register 40002 (address 1) on = 10, 258"},
	{Answer, "1000010002", "answer: write registers: 2 from holding register 40002 (address 1) on"},
	{Ask, "11", "question: say what it is"},
	{Ask, "140e0600040001000206000300090002", "question: read records of a file: 0e 06 00 04 00 01 00 02 06 00 03 00 09 00 02; or answer: read records of a file: 0e 06 00 04 00 01 00 02 06 00 03 00 09 00 02"},
	{Ask, "16000400f20025", "question, or its answer: change bits of a register: holding register 40005 (address 4), and 0x00f2, or 0x0025"},
	{Ask, "1700030006000e00030600ff00ff00ff", "question: write and read registers: write 3 from holding register 40015 (address 14) on = 255, 255, 255; read 6 from holding register 40004 (address 3) on"},
	{Answer, "170c00fe0acd00010003000d00ff", "answer: write and read registers: 254, 2765, 1, 3, 13, 255"},
	{Ask, "1804de", "question: read a queue: 04 de"},
	{Answer, "180006000201b81284", "answer: read a queue: 00 06 00 02 01 b8 12 84"},
	{Ask, "2b0e0100", "question: read its identification: 0e 01 00"},
	{Answer, "2b0e0101000002000141010142", "answer: read its identification: 0e 01 01 00 00 02 00 01 41 01 01 42"},
	{Answer, "8102", "answer: read coils refused: illegal data address: there is no such register; look at the maker's table, and whether it counts from 0 or from 1"},
}

func TestExamplesOfTheSpecification(t *testing.T) {
	rtu, tcp := &Master{}, &Master{tcp: true}
	for _, e := range examples {
		pdu, err := hex.DecodeString(e.pdu)
		if err != nil {
			t.Fatal(err)
		}
		m, err := Parse(e.form, pdu)
		if err != nil {
			t.Errorf("%s: %v", e.pdu, err)
			continue
		}
		if again := m.Append(nil); !bytes.Equal(again, pdu) {
			t.Errorf("%s became %x", e.pdu, again)
		}
		frame := AppendRTU(nil, 0x11, pdu)
		if got := string(rtu.Explain(nil, frame)); got != "unit 17: "+e.explain {
			t.Errorf("%s\n got %s\nwant %s", e.pdu, got, "unit 17: "+e.explain)
		}
		if n, found, err := rtu.Split(append(frame, 0)); n != len(frame) || !bytes.Equal(found, frame) || err != nil {
			t.Errorf("%s is not found on a line: %d, %v", e.pdu, n, err)
		}
		frame = AppendTCP(nil, 7, 0x11, pdu)
		if got := string(tcp.Explain(nil, frame)); got != "transaction 7, unit 17: "+e.explain {
			t.Errorf("%s over TCP is explained as %s", e.pdu, got)
		}
		if n, found, err := tcp.Split(append(frame, 0)); n != len(frame) || !bytes.Equal(found, frame) || err != nil {
			t.Errorf("%s is not found over TCP: %d, %v", e.pdu, n, err)
		}
	}
}

func TestMessagesThatAreNone(t *testing.T) {
	for pdu, form := range map[string]Form{
		"": Ask, "01": Ask, "0100130000": Ask, "01001307d1": Ask, "030000007e": Ask, "0300000001ff": Ask, "0500ac0100": Ask,
		"0f0013000a01cd": Ask, "10000100030400010002": Ask, "170003007e000e00010200ff": Ask, "4100": Ask, "8102": Ask,
		"0301ff": Answer, "0300": Answer, "030400": Answer, "8100": Answer, "c102": Answer, "0306": Answer, "18": Answer,
	} {
		data, err := hex.DecodeString(pdu)
		if err != nil {
			t.Fatal(err)
		}
		if m, err := Parse(form, data); err == nil || strings.Contains(err.Error(), "\n") {
			t.Errorf("%q as %s is %v, %v", pdu, form, m, err)
		}
	}
}

func TestFramesThatAreNone(t *testing.T) {
	if _, _, err := ParseRTU([]byte{0x30, 0x82, 0x12, 0xc0, 0xa2}); !errors.Is(err, ErrCRC) || err.Error() != "bad CRC in a frame of unit 48: got c0 a2, want 91 62" {
		t.Errorf("a bad CRC gives %v", err)
	}
	for _, frame := range []string{"", "\x01", "\x01\x03\x00", strings.Repeat("x", 257)} {
		if _, _, err := ParseRTU([]byte(frame)); err == nil {
			t.Errorf("%d bytes are a frame", len(frame))
		}
	}
	good := AppendTCP(nil, 1, 2, []byte{3, 2, 0, 1})
	for at, b := range map[int]byte{2: 1, 3: 1, 4: 1, 5: 99} {
		bad := bytes.Clone(good)
		bad[at] = b
		if _, _, _, err := ParseTCP(bad); err == nil {
			t.Errorf("% x is a frame", bad)
		}
	}
}

// TestCorpus takes the frames of a folder of messages, if it is there.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}
	file, err := os.Open(filepath.Join(dir, "serial", "modbus-rtu-frames.txt"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("no folder of real messages; CORPUS names it")
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	frames := 0
	for lines := bufio.NewScanner(file); lines.Scan(); {
		text, note, _ := strings.Cut(lines.Text(), "#")
		frame, err := hex.DecodeString(strings.ReplaceAll(text, " ", ""))
		if err != nil || len(frame) == 0 {
			continue
		}
		frames++
		unit, pdu, err := ParseRTU(frame)
		if wantBad := strings.Contains(note, "crc bad"); (err != nil) != wantBad {
			t.Errorf("%s: %v", text, err)
		}
		if err == nil && !bytes.Equal(AppendRTU(nil, unit, pdu), frame) {
			t.Errorf("%s is framed as % x", text, AppendRTU(nil, unit, pdu))
		}
	}
	if frames == 0 {
		t.Error("no frame in the file")
	}
}

// wire asks the first question of c and returns its bytes and a master that waits.
func wire(t testing.TB, port string, c Config) (*Master, []byte) {
	t.Helper()
	m, err := New("attic", port, c)
	if err != nil {
		t.Fatal(err)
	}
	var r codec.Result
	m.Opened(&r, noon)
	return m, r.Send[0].Bytes
}

// TestExchangesOfTheSpecification asks as the examples do, and gets their answers.
func TestExchangesOfTheSpecification(t *testing.T) {
	c := config(device(0x11, property("a", "holding", 107), property("b", "holding", 108), property("c", "holding", 109)))
	m, asked := wire(t, "", c)
	if got := hex.EncodeToString(asked); got != "1103006b00037687" {
		t.Errorf("asked %s", got)
	}
	answer, _ := hex.DecodeString("110306022b00000064c8ba")
	n, frame, err := m.Split(answer)
	if n != len(answer) || err != nil {
		t.Fatalf("%d, %v", n, err)
	}
	var r codec.Result
	m.Decode(&r, frame, noon.Add(time.Second))
	var values []string
	for _, reading := range r.Readings {
		values = append(values, reading.Value.String())
	}
	if got := strings.Join(values, " "); got != "555 0 100" {
		t.Errorf("values %s", got)
	}
}
