package modbus

import (
	"bytes"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/codec/codectest"
	"thingbridge/devices"
)

// wanted are the properties of the device that the contract is checked with.
func wanted() Config {
	return config(device(17,
		property("temperature", "holding", 0, scaled(0.1), writable),
		property("power", "input", 4, typed("float32")),
		property("on", "coil", 2, writable),
		property("open", "discrete", 3),
		property("model", "holding", 1, typed("text"), func(p *Property) { p.Length = 2 }),
		property("pump", "holding", 3, writable, func(p *Property) { p.Bit = new(2) }),
	))
}

// answers are those to the first questions of wanted, in their order.
var answers = [][]byte{
	{0x01, 1, 1}, {0x02, 1, 0}, {0x03, 8, 0, 215, 'H', 'P', '-', '9', 0, 4}, {0x04, 4, 0x41, 0xAB, 0x33, 0x33}, {0x81, 2},
}

func master(port string) func() codec.Codec {
	return func() codec.Codec {
		m, err := New("attic", port, wanted())
		if err != nil {
			panic(err)
		}
		return m
	}
}

func contract(port string) codectest.Case {
	var stream []byte
	for i, pdu := range answers {
		if port == "" {
			stream = AppendRTU(stream, 17, pdu)
		} else {
			stream = AppendTCP(stream, uint16(i+1), 17, pdu)
		}
	}
	return codectest.Case{
		New:    master(port),
		Stream: stream,
		Noise:  [][]byte{{0}, {0xFF, 0xFE}, {250, 3, 3}, []byte("hello"), bytes.Repeat([]byte{0xFF}, 300), {0, 0, 0xFF}},
		Commands: []devices.Command{
			{Device: "attic-17", Property: "temperature", Value: devices.Number(20)},
			{Device: "attic-17", Property: "on", Value: devices.Boolean(true)},
			{Device: "attic-17", Property: "pump", Value: devices.Boolean(false)},
		},
	}
}

func TestContract(t *testing.T) {
	t.Run("rtu", func(t *testing.T) { codectest.Run(t, contract("")) })
	t.Run("tcp", func(t *testing.T) { codectest.Run(t, contract("tcp://10.0.0.5:502")) })
}

// TestContractAnswers sees that the stream of the contract means what it should, for
// the contract itself also holds for one that means nothing.
func TestContractAnswers(t *testing.T) {
	for _, port := range []string{"", "tcp://10.0.0.5:502"} {
		m := master(port)()
		var r codec.Result
		m.Opened(&r, noon)
		var b codec.Buffer
		readings, now := 0, noon
		for frame, err := range b.Take(m, contract(port).Stream) {
			if err != nil {
				t.Fatal(err)
			}
			now = now.Add(100 * time.Millisecond)
			r.Reset()
			m.Decode(&r, frame, now)
			readings += len(r.Readings)
			m.Due(&r, now.Add(50*time.Millisecond))
		}
		if readings != 6 {
			t.Errorf("%q: %d readings, want 6", port, readings)
		}
	}
}

func FuzzCodec(f *testing.F) {
	codectest.Fuzz(f, master(""), contract("").Stream, []byte{17, 3, 250, 0}, AppendRTU(nil, 17, []byte{0x2B, 14, 1, 1, 0, 0, 1, 0, 1, 65}))
}

func FuzzCodecTCP(f *testing.F) {
	codectest.Fuzz(f, master("tcp://10.0.0.5:502"), contract("tcp://10.0.0.5:502").Stream, []byte{0, 1, 0, 0, 0, 3, 17, 0x81, 2})
}

// FuzzModbus holds that what can be read is written as it was, and that a master that
// waits for an answer takes none but that, however it is cut.
func FuzzModbus(f *testing.F) {
	for _, pdu := range answers {
		f.Add(pdu, byte(17), uint8(3))
	}
	f.Add([]byte{3, 0, 107, 0, 3}, byte(1), uint8(1))
	f.Add([]byte{0x17, 0, 3, 0, 6, 0, 14, 0, 1, 2, 0, 255}, byte(1), uint8(1))
	f.Fuzz(func(t *testing.T, pdu []byte, unit byte, cut uint8) {
		if len(pdu) == 0 || len(pdu) > maxPDU {
			return
		}
		for _, form := range []Form{Ask, Answer} {
			m, err := Parse(form, pdu)
			if err != nil {
				continue
			}
			if again := m.Append(nil); !bytes.Equal(again, pdu) {
				t.Fatalf("%x as %s became %x", pdu, form, again)
			}
		}
		frame := AppendRTU(nil, unit, pdu)
		if gotUnit, got, err := ParseRTU(frame); err != nil || gotUnit != unit || !bytes.Equal(got, pdu) {
			t.Fatalf("unit %d, %x, %v", gotUnit, got, err)
		}
		waits, _ := wire(t, "", wanted())
		whole := taken(waits, frame)
		waits, _ = wire(t, "", wanted())
		at := int(cut) % len(frame)
		if parts := taken(waits, frame[:at], frame[at:]); whole != parts {
			t.Fatalf("%d answers of the whole, %d of the parts", whole, parts)
		}
		if good := unit == 17 && (len(pdu) == 3 && pdu[0] == 1 && pdu[1] == 1 || len(pdu) == 2 && pdu[0] == 0x81); good && whole != 1 {
			t.Fatalf("the answer % x is not taken", frame)
		}
	})
}

// taken counts the frames that a master finds in chunks.
func taken(m *Master, chunks ...[]byte) (n int) {
	var b codec.Buffer
	for _, chunk := range chunks {
		for _, err := range b.Take(m, chunk) {
			if err == nil {
				n++
			}
		}
	}
	return n
}

// BenchmarkRead asks for and reads 100 registers of 50 values.
func BenchmarkRead(b *testing.B) {
	var properties []Property
	for i := range 50 {
		properties = append(properties, property("p"+devices.Number(float64(i)).String(), "input", 2*i, typed("float32")))
	}
	for name, port := range map[string]string{"rtu": "", "tcp": "tcp://10.0.0.5:502"} {
		b.Run(name, func(b *testing.B) {
			m, _ := wire(b, port, config(device(1, properties...)))
			data := make([]byte, 202)
			data[0], data[1] = 4, 200
			for i := range 50 {
				copy(data[2+4*i:], []byte{0x41, 0xAB, 0x33, byte(i)})
			}
			var r codec.Result
			var buffer codec.Buffer
			var stream []byte
			now := noon
			b.ReportAllocs()
			for b.Loop() {
				if port == "" {
					stream = AppendRTU(stream[:0], 1, data)
				} else {
					stream = AppendTCP(stream[:0], m.transaction, 1, data)
				}
				for frame := range buffer.Take(m, stream) {
					r.Reset()
					m.Decode(&r, frame, now)
				}
				if len(r.Readings) != 50 {
					b.Fatalf("%d readings", len(r.Readings))
				}
				now = now.Add(10 * time.Second)
				r.Reset()
				m.Due(&r, now)
			}
			perSecond := float64(b.N) / b.Elapsed().Seconds()
			b.ReportMetric(perSecond, "frames/s")
			// A line of 115,200 baud brings at most 11,520 bytes in a second.
			b.ReportMetric(100*11520/float64(len(stream))/perSecond, "%core@115200")
		})
	}
}
