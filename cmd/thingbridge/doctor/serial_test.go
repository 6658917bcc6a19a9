package doctor_test

import (
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/serial"
	"thingbridge/cmd/thingbridge/config"
	"thingbridge/deploy/lab/labtest"
	"thingbridge/gateway/store"
)

// ported returns the configuration of a gateway with the adapter "attic".
func ported(t *testing.T, port string, change func(*serial.Config)) *config.Config {
	c := component(t, "127.0.0.1:1", domain, secret)
	section := serial.DefaultConfig()
	section.Port, section.Codec = port, "mysensors"
	if change != nil {
		change(&section)
	}
	c.Adapters = append(c.Adapters, config.Adapter{Name: "attic", Kind: "serial", Section: &section})
	return c
}

// version answers the question that a gateway of MySensors is asked first.
func version(line string) string {
	if strings.HasPrefix(line, "0;255;3;0;2;") {
		return "0;255;3;0;2;2.3.2\n12;6;0;0;6;\n12;6;1;0;0;21.4\n12;6;1;0;0;21.5\n13;1;1;0;0;3\n"
	}
	return ""
}

func TestSerial(t *testing.T) {
	t.Parallel()
	t.Run("all is well", func(t *testing.T) {
		h := labtest.NewHardware(t, version)
		got, checks := examine(t, ported(t, h.Port, nil), "serial attic", patience)
		expect(t, got, "open passed, listen passed", checks, "")
		if detail := checks["listen"].Detail; !strings.Contains(detail, "2.3.2") {
			t.Errorf("the first frame is not shown: %q", detail)
		}
	})
	t.Run("nobody answers", func(t *testing.T) {
		h := labtest.NewHardware(t, nil)
		got, checks := examine(t, ported(t, h.Port, nil), "serial attic", 3*time.Second)
		expect(t, got, "open passed, listen failed", checks, "adapters.attic.port", "does not answer", "wires")
	})
	t.Run("a wrong rate", func(t *testing.T) {
		h := labtest.NewHardware(t, func(string) string { return strings.Repeat("\xf8\x80\xe6\x98\x00\xfe\x1e\x9c\xf0\x80\n", 20) })
		got, checks := examine(t, ported(t, h.Port, func(c *serial.Config) { c.Baud = 9600 }), "serial attic", 3*time.Second)
		expect(t, got, "open passed, listen failed", checks, "adapters.attic.baud", "set to 9600 baud 8N1", "usual for mysensors is 115200")
	})
	t.Run("another protocol", func(t *testing.T) {
		h := labtest.NewHardware(t, func(string) string { return "temperature: 21.5\n" })
		got, checks := examine(t, ported(t, h.Port, nil), "serial attic", 3*time.Second)
		expect(t, got, "open passed, listen failed", checks, "adapters.attic.codec", "no frame of mysensors", "see whether codec")
	})
	t.Run("no such port", func(t *testing.T) {
		got, checks := examine(t, ported(t, t.TempDir()+"/ttyUSB0", nil), "serial attic", patience)
		expect(t, got, "open failed, listen skipped", checks, "adapters.attic.port", "there is no ", "/dev/serial/by-id")
	})
	t.Run("nobody listens", func(t *testing.T) {
		got, checks := examine(t, ported(t, "tcp://"+closed(t), nil), "serial attic", patience)
		expect(t, got, "open failed, listen skipped", checks, "adapters.attic.port", "nobody listens on ", "ser2net")
	})
	t.Run("the gateway has it", func(t *testing.T) {
		h := labtest.NewHardware(t, version)
		c := ported(t, h.Port, nil)
		held, err := store.Open(t.Context(), c.Store.Path)
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		got, checks := examine(t, c, "serial attic", patience)
		expect(t, got, "open skipped, listen skipped", checks, "")
		if detail := checks["open"].Detail; !strings.Contains(detail, "thingbridge tap attic") {
			t.Errorf("it is not said how to look: %q", detail)
		}
	})
}
