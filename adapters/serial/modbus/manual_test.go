package modbus

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
)

// TestManual sees that the configuration in the manual is one, and reads a device by it.
func TestManual(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "..", "deploy", "modbus.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, block, _ := strings.Cut(string(text), "```yaml\n")
	block, _, _ = strings.Cut(block, "```")
	var file struct {
		Adapters []struct {
			Name, Port string
			Modbus     Config
		}
	}
	if err := yaml.Unmarshal([]byte(block), &file); err != nil {
		t.Fatal(err)
	}
	adapter := file.Adapters[0]
	c := config()
	c.Devices = adapter.Modbus.Devices
	for i := range c.Devices[0].Properties {
		if p := &c.Devices[0].Properties[i]; p.Scale == 0 {
			p.Scale = 1
		}
	}
	s := newSlave()
	s.input[0], s.input[40], s.input[41], s.input[42], s.input[43] = 0xFFF6, 5, 1, 0x41AB, 0x3333
	s.holding[10], s.holding[20], s.holding[30] = 42, 2, 8
	for i := range uint16(8) {
		s.holding[100+i] = 'v'<<8 | '1'
	}
	s.coils[2] = true
	l := newLine(t, adapter.Port, c, map[byte]*slave{17: s})
	l.run(5 * time.Second)
	l.want("heat-pump", "temperature", "-1", "target", "21", "mode", "heat", "energy", "65541", "power", "21.4", "pump", "true", "locked", "true", "firmware", "v1v1v1v1v1v1v1v1")
	if len(l.faults) > 0 {
		t.Errorf("faults %q", l.faults)
	}
}
