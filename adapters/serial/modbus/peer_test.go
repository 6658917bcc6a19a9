package modbus_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/modbus"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/devices"
)

const patience = 30 * time.Second

// port is a master on a real connection.
type port struct {
	t        *testing.T
	m        *modbus.Master
	conn     io.ReadWriter
	chunks   chan []byte
	buffer   codec.Buffer
	registry *devices.Registry
	source   *devices.Source
	done     map[codec.Ticket]error
	faults   []string
	tickets  codec.Ticket
}

func open(t *testing.T, conn io.ReadWriteCloser, framing string) *port {
	t.Helper()
	m, err := modbus.New("cellar", "", peerConfig(framing))
	if err != nil {
		t.Fatal(err)
	}
	p := &port{t: t, m: m, conn: conn, chunks: make(chan []byte), registry: devices.NewRegistry(), done: map[codec.Ticket]error{}}
	p.source = p.registry.Source("cellar", nil)
	ended := make(chan struct{})
	t.Cleanup(func() { close(ended); conn.Close() })
	go func() {
		for {
			chunk := make([]byte, 256)
			n, err := conn.Read(chunk)
			if err != nil {
				return
			}
			select {
			case p.chunks <- chunk[:n]:
			case <-ended:
				return
			}
		}
	}()
	var r codec.Result
	m.Opened(&r, time.Now())
	p.take(&r)
	return p
}

func peerConfig(framing string) modbus.Config {
	var c modbus.Config
	c.SetDefaults()
	c.Framing, c.Timeout = framing, 400*time.Millisecond
	add := func(unit int, properties ...modbus.Property) {
		var d modbus.Device
		d.SetDefaults()
		d.Unit, d.Every, d.Properties = unit, 200*time.Millisecond, properties
		c.Devices = append(c.Devices, d)
	}
	property := func(name, register string, address int, change func(*modbus.Property)) modbus.Property {
		var p modbus.Property
		p.SetDefaults()
		p.Name, p.Register, p.Address = name, register, &address
		if change != nil {
			change(&p)
		}
		return p
	}
	add(17,
		property("temperature", "holding", 0, func(p *modbus.Property) { p.Scale = 0.1 }),
		property("mode", "holding", 1, func(p *modbus.Property) { p.Values = map[string]string{"0": "off", "1": "auto"}; p.Writable = true }),
		property("pump", "holding", 2, func(p *modbus.Property) { p.Bit = new(3); p.Writable = true }),
		property("energy", "holding", 3, func(p *modbus.Property) { p.Type = "uint32" }),
		property("missing", "holding", 5, nil),
		property("level", "holding", 6, nil),
		property("target", "holding", 7, func(p *modbus.Property) { p.Type = "float32"; p.Writable = true }),
		property("flow", "input", 10, func(p *modbus.Property) { p.Type = "float32" }),
		property("on", "coil", 5, func(p *modbus.Property) { p.Writable = true }),
		property("open", "discrete", 3, nil),
	)
	add(1, property("power", "input", 0, nil))
	add(99, property("power", "input", 0, nil))
	return c
}

func (p *port) take(r *codec.Result) {
	p.t.Helper()
	if err := p.source.Apply(r.Update); err != nil {
		p.t.Error(err)
	}
	for _, f := range r.Faults {
		p.faults = append(p.faults, f.Error())
	}
	for _, o := range r.Done {
		p.done[o.Ticket] = o.Err
	}
	for _, f := range r.Send {
		if _, err := p.conn.Write(f.Bytes); err != nil {
			p.t.Fatal(err)
		}
	}
}

// until talks until ok holds.
func (p *port) until(what string, ok func() bool) {
	p.t.Helper()
	end := time.Now().Add(patience)
	var r codec.Result
	for !ok() {
		if time.Now().After(end) {
			p.t.Fatalf("never: %s; faults %q", what, p.faults)
		}
		r.Reset()
		next := p.m.Due(&r, time.Now())
		p.take(&r)
		timer := time.NewTimer(time.Until(next))
		select {
		case chunk := <-p.chunks:
			for frame, err := range p.buffer.Take(p.m, chunk) {
				r.Reset()
				if err != nil {
					p.faults = append(p.faults, err.Error())
					continue
				}
				p.m.Decode(&r, frame, time.Now())
				p.take(&r)
			}
		case <-timer.C:
		}
		timer.Stop()
	}
}

func (p *port) reports(device devices.ID, property, want string) {
	p.t.Helper()
	p.until(fmt.Sprintf("%s %s = %s", device, property, want), func() bool {
		twin, _ := p.registry.Get(device)
		return twin.Reported(property).String() == want
	})
}

func (p *port) set(property string, v devices.Value) {
	p.t.Helper()
	p.tickets++
	ticket := p.tickets
	var r codec.Result
	if err := p.m.Encode(&r, devices.Command{Device: "cellar-17", Property: property, Value: v}, ticket, time.Now()); err != nil {
		p.t.Fatal(err)
	}
	p.take(&r)
	p.until(property+" is written", func() bool { _, ok := p.done[ticket]; return ok })
	if err := p.done[ticket]; err != nil {
		p.t.Errorf("%s: %v", property, err)
	}
}

// TestPymodbus talks to devices of pymodbus in each way of framing.
func TestPymodbus(t *testing.T) {
	t.Run("tcp", func(t *testing.T) {
		device := labtest.NewModbus(t, "tcp")
		converse(t, open(t, dial(t, device.Port), "tcp"), device)
	})
	t.Run("rtu over tcp", func(t *testing.T) {
		device := labtest.NewModbus(t, "rtu")
		converse(t, open(t, dial(t, device.Port), "rtu"), device)
	})
	t.Run("rtu on a serial line", func(t *testing.T) {
		ours, theirs := ptys(t)
		device := labtest.NewModbus(t, "serial", theirs)
		file, err := os.OpenFile(ours, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		converse(t, open(t, file, "rtu"), device)
	})
}

func converse(t *testing.T, p *port, device *labtest.Modbus) {
	for _, want := range [][2]string{
		{"temperature", "21.5"}, {"mode", "auto"}, {"pump", "true"}, {"energy", "100000"}, {"level", "7"}, {"target", "0"},
		{"flow", "21.4"}, {"on", "false"}, {"open", "true"},
	} {
		p.reports("cellar-17", want[0], want[1])
	}
	p.reports("cellar-1", "power", "111")
	p.until("the missing register is left out", func() bool {
		return strings.Contains(strings.Join(p.faults, "\n"), "missing: holding register 40006 (address 5) is not read any more: illegal data address")
	})
	p.until("the unit that is not there is offline", func() bool {
		twin, _ := p.registry.Get("cellar-99")
		return twin.Availability == devices.Offline
	})
	p.set("mode", devices.Text("off"))
	p.set("pump", devices.Boolean(false))
	p.set("target", devices.Number(21.5))
	p.set("on", devices.Boolean(true))
	for _, want := range [][2]string{{"mode", "off"}, {"pump", "false"}, {"target", "21.5"}, {"on", "true"}} {
		p.reports("cellar-17", want[0], want[1])
	}
	for _, want := range []struct {
		sort    string
		address int
		value   string
	}{{"holding", 1, "0"}, {"holding", 2, "0"}, {"holding", 7, "16812"}, {"holding", 8, "0"}, {"coil", 5, "1"}, {"coil", 6, "0"}} {
		if got := device.Holds(want.sort, want.address); got != want.value {
			t.Errorf("the device holds %s in %s %d, want %s", got, want.sort, want.address, want.value)
		}
	}
}

func dial(t *testing.T, number string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", net.JoinHostPort("127.0.0.1", number))
	if err != nil {
		t.Fatal(err)
	}
	return conn
}

// ptys joins two pseudo-terminals.
func ptys(t *testing.T) (ours, theirs string) {
	t.Helper()
	dir := t.TempDir()
	ours, theirs = filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	cmd := exec.Command("socat", "-d", "-d", "pty,raw,echo=0,link="+ours, "pty,raw,echo=0,link="+theirs)
	stderr, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("run socat: %v (`make deps` installs it)", err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if strings.Contains(lines.Text(), "starting data transfer loop") {
			go io.Copy(io.Discard, stderr)
			return ours, theirs
		}
	}
	t.Fatal("socat joins no pseudo-terminals")
	return "", ""
}
