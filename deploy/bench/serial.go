package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"thingbridge/deploy/lab"
)

// onSerial is the measurement of what serial ports cost.
const onSerial kind = "serial"

// A serial adapter hands over what has come in packets: 64 bytes is what full-speed USB
// carries at once.
const usbPacket = 64

// traffic is what a device at a serial port says.
type traffic struct {
	name    string
	section string                       // of the adapter in the configuration
	burst   func(n int) []byte           // the n-th thing that it says
	every   func(b []byte) time.Duration // between the beginnings of two
	limit   float64                      // percent of a core
}

func traffics() []traffic {
	return []traffic{
		{
			name:    "serial: lines at 115,200 baud, % of a core",
			section: "codec: keyvalue\n    line: {devices: [{id: d1, properties: [{name: temperature, key: T}, {name: humidity, key: H}, {name: pressure, key: P}]}]}",
			burst: func(n int) []byte {
				return fmt.Appendf(nil, "T=%.1f H=%.1f P=%.1f\n", 20+float64(n%50)/10, 40+float64(n%70)/10, 1000+float64(n%90)/10)
			},
			every: func(b []byte) time.Duration { return time.Second * time.Duration(10*len(b)) / 115_200 },
			limit: 2,
		},
		{
			name:    "serial: DSMR, a telegram a second, % of a core",
			section: "codec: dsmr\n    dsmr: {id: d1}",
			burst:   telegram,
			every:   func([]byte) time.Duration { return time.Second },
			limit:   0.1,
		},
	}
}

// telegram is what a meter with three phases and gas says, with its power changing.
func telegram(n int) []byte {
	energy, power := 1000+float64(n)/3600, 0.4+float64(n%37)/100
	text := "/BEN5\\2M550T-1012\r\n\r\n1-3:0.2.8(50)\r\n" +
		fmt.Sprintf("0-0:1.0.0(26030112%02d%02dW)\r\n0-0:96.1.1(4530303434303037313331363530363137)\r\n", n/60%60, n%60) +
		fmt.Sprintf("1-0:1.8.1(%010.3f*kWh)\r\n1-0:1.8.2(%010.3f*kWh)\r\n1-0:2.8.1(000000.000*kWh)\r\n1-0:2.8.2(000000.000*kWh)\r\n", energy, 2*energy) +
		fmt.Sprintf("0-0:96.14.0(0002)\r\n1-0:1.7.0(%06.3f*kW)\r\n1-0:2.7.0(00.000*kW)\r\n", power) +
		"0-0:96.7.21(00004)\r\n0-0:96.7.9(00002)\r\n1-0:99.97.0(0)(0-0:96.7.19)\r\n1-0:32.32.0(00002)\r\n1-0:52.32.0(00001)\r\n1-0:72.32.0(00000)\r\n" +
		"1-0:32.36.0(00000)\r\n1-0:52.36.0(00003)\r\n1-0:72.36.0(00000)\r\n0-0:96.13.0()\r\n" +
		fmt.Sprintf("1-0:32.7.0(%.1f*V)\r\n1-0:52.7.0(230.0*V)\r\n1-0:72.7.0(229.0*V)\r\n1-0:31.7.0(002*A)\r\n1-0:51.7.0(000*A)\r\n1-0:71.7.0(000*A)\r\n", 229+float64(n%20)/10) +
		fmt.Sprintf("1-0:21.7.0(%06.3f*kW)\r\n1-0:41.7.0(00.000*kW)\r\n1-0:61.7.0(00.000*kW)\r\n1-0:22.7.0(00.000*kW)\r\n1-0:42.7.0(00.000*kW)\r\n1-0:62.7.0(00.000*kW)\r\n", power) +
		"0-1:24.1.0(003)\r\n0-1:96.1.0(4730303332353635353436393539303137)\r\n0-1:24.2.1(260301120000W)(00981.443*m3)\r\n!"
	crc := uint16(0)
	for i := range len(text) {
		crc ^= uint16(text[i])
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xA001
			} else {
				crc >>= 1
			}
		}
	}
	return fmt.Appendf(nil, "%s%04X\r\n", text, crc)
}

// measureSerial gives the gateway a serial port, and returns the share of a core, in
// percent, that it needs more than when the port is silent.
func (s *scene) measureSerial(ctx context.Context, t traffic, length time.Duration) (float64, error) {
	cable, err := lab.StartSocat(ctx)
	if err != nil {
		return 0, err
	}
	defer func() { _ = cable.Close() }()
	device, err := os.OpenFile(cable.Device, os.O_WRONLY, 0)
	if err != nil {
		return 0, err
	}
	defer device.Close()
	argv, err := s.serialGateway(cable.Port, t)
	if err != nil {
		return 0, err
	}
	c, err := startChild(argv, s.log)
	if err != nil {
		return 0, err
	}
	defer c.stop()
	said := 0
	say := func(ctx context.Context) error {
		for next := time.Now(); ctx.Err() == nil; said++ {
			b := t.burst(said)
			next = next.Add(t.every(b))
			if err := s.emit(device, b, t.every(b) < time.Second); err != nil {
				return err
			}
			pause(ctx, time.Until(next))
		}
		return nil
	}
	if err := s.awaitContact(ctx, say); err != nil {
		return 0, err
	}
	silent, err := s.share(ctx, c, length, nil)
	if err != nil {
		return 0, err
	}
	busy, err := s.share(ctx, c, length, say)
	return busy - silent, err
}

// portRounds bounds how often each traffic is measured: it takes long, and is compared
// with nothing that changes between rounds.
const portRounds = 2

// measurePorts measures each traffic some times.
func (s *scene) measurePorts(ctx context.Context, res *results, p plan) error {
	res.serial = make(map[string][]float64)
	rounds := min(p.rounds, portRounds)
	for round := range rounds {
		for _, t := range traffics() {
			share, err := s.measureSerial(ctx, t, p.serial)
			if err != nil {
				return fmt.Errorf("round %d: %s: %w", round+1, t.name, err)
			}
			res.serial[t.name] = append(res.serial[t.name], share)
			fmt.Fprintf(os.Stderr, "round %d of %d: %s: %.3f\n", round+1, rounds, t.name, share)
		}
	}
	return nil
}

// emit writes what a device says in packets. Short things are gathered until one is full.
func (s *scene) emit(device *os.File, b []byte, gather bool) error {
	s.packet = append(s.packet, b...)
	for len(s.packet) >= usbPacket {
		if _, err := device.Write(s.packet[:usbPacket]); err != nil {
			return err
		}
		s.packet = s.packet[:copy(s.packet, s.packet[usbPacket:])]
	}
	if gather || len(s.packet) == 0 {
		return nil
	}
	_, err := device.Write(s.packet)
	s.packet = s.packet[:0]
	return err
}

func (s *scene) serialGateway(port string, t traffic) ([]string, error) {
	dir, err := os.MkdirTemp(s.dir, "run-")
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "thingbridge.yml")
	text := fmt.Sprintf(`xmpp:
  component: {domain: %s, server: %q, secret_file: secret}
access:
  grants: [{who: %s, devices: "*", role: view}]
adapters:
  - name: port
    kind: serial
    port: %s
    %s
`, domain, s.prosody.ComponentAddr, s.prosody.Account(sink).JID, port, t.section)
	err = errors.Join(
		os.WriteFile(filepath.Join(dir, "secret"), []byte(secret), 0o600),
		os.WriteFile(file, []byte(text), 0o600),
	)
	return []string{s.programs["gateway"], "run", "-c", file}, err
}

// awaitContact lets the device speak until it is a contact.
func (s *scene) awaitContact(ctx context.Context, say func(context.Context) error) error {
	before := s.recipient.presences.Load()
	speaking, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	go func() { done <- say(speaking) }()
	var err error
	for began := time.Now(); s.recipient.presences.Load() < before+2 && err == nil; pause(ctx, tryAgain) {
		if time.Since(began) > patience {
			err = errors.New("the device at the serial port becomes no contact")
			break
		}
		err = errors.Join(s.recipient.subscribe(1), ctx.Err())
	}
	stop()
	return errors.Join(err, <-done)
}

// share returns how much of a core a process uses while something happens, in percent.
func (s *scene) share(ctx context.Context, c *child, length time.Duration, happen func(context.Context) error) (float64, error) {
	happening, stop := context.WithCancel(ctx)
	defer stop()
	done := make(chan error, 1)
	go func() {
		if happen == nil {
			done <- nil
			return
		}
		done <- happen(happening)
	}()
	pause(ctx, warmUp)
	before, err := c.exactCPU()
	if err != nil {
		return 0, err
	}
	began := time.Now()
	pause(ctx, length)
	after, err := c.exactCPU()
	took := time.Since(began)
	stop()
	return 100 * float64(after-before) / float64(took), errors.Join(err, <-done, ctx.Err())
}

// exactCPU returns the CPU time of all threads that live, to the nanosecond.
func (c *child) exactCPU() (total time.Duration, err error) {
	files, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", c.cmd.Process.Pid))
	if err != nil || len(files) == 0 {
		return 0, errors.Join(err, errors.New("no threads"))
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if errors.Is(err, os.ErrNotExist) {
			continue // a thread that has just ended
		}
		fields := strings.Fields(string(text))
		if err != nil || len(fields) == 0 {
			return 0, fmt.Errorf("%s: %q: %w", file, text, err)
		}
		ns, err := strconv.ParseInt(fields[0], 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", file, err)
		}
		total += time.Duration(ns)
	}
	return total, nil
}
