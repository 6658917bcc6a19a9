package labtest

import (
	"bufio"
	_ "embed" // the devices
	"fmt"
	"io"
	"os/exec"
	"strings"
	"testing"
	"time"
)

//go:embed modbus.py
var modbusDevices string

// Modbus is two devices of pymodbus, with the units 1 and 17. Its methods are for the
// goroutine of the test.
type Modbus struct {
	// Port is the TCP port of 127.0.0.1 on which they listen; on a serial line empty.
	Port string

	t     testing.TB
	stdin io.Writer
	lines *bufio.Scanner
}

// NewModbus runs pymodbus for the test: on a TCP port with the framing "tcp" or "rtu", or
// at the end of a cable with "serial" and its path.
func NewModbus(t testing.TB, args ...string) *Modbus {
	t.Helper()
	cmd := exec.Command(python, append([]string{"-c", modbusDevices}, args...)...)
	var log strings.Builder
	cmd.Stderr = &log
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatalf("run Debian's Python: %v (`make deps` installs it with python3-pymodbus)", err)
	}
	m := &Modbus{t: t, stdin: stdin, lines: bufio.NewScanner(stdout)}
	t.Cleanup(func() {
		stdin.Close()
		killer := time.AfterFunc(patience, func() { cmd.Process.Kill() })
		defer killer.Stop()
		if err := cmd.Wait(); err != nil || t.Failed() {
			t.Errorf("pymodbus: %v\n%s", err, log.String())
		}
	})
	m.Port = strings.TrimSpace(strings.TrimPrefix(m.line(), "ready"))
	return m
}

func (m *Modbus) line() string {
	m.t.Helper()
	if !m.lines.Scan() {
		m.t.Fatalf("pymodbus ended: %v (`make deps` installs python3-pymodbus)", m.lines.Err())
	}
	return m.lines.Text()
}

// Holds returns what unit 17 has in a register or coil: sort is holding, input, coil or
// discrete.
func (m *Modbus) Holds(sort string, address int) string {
	m.t.Helper()
	if _, err := fmt.Fprintf(m.stdin, "%s %d\n", sort, address); err != nil {
		m.t.Fatalf("ask pymodbus: %v", err)
	}
	return m.line()
}
