package serial

import (
	"bufio"
	"context"
	"io"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters/serial/line"
	"thingbridge/devices"
)

// A board that nobody has described becomes a device, is back after it was pulled out
// and the gateway started again, and does what it is told.
func TestBoardThatWritesLines(t *testing.T) {
	c := cable(t)
	cfg := DefaultConfig()
	cfg.Port, cfg.Codec = c.Port, string(line.Pattern)
	log := &notes{}
	s := run(t, New("attic", cfg, zerolog.New(log), NewPorts()), log)
	hw := play(t, c.Device)
	const reading = "Humidity: 44.60% Temperature: 22.40 *C 72.32 *F  Heat index: 21.86 *C 71.35 *F\r\n"
	hw.say(t, "DHT22 test!\r\n"+reading+reading+reading)
	for name, want := range map[string]float64{"humidity": 44.6, "temperature": 22.4, "heat_index": 21.86} {
		s.house.awaitValue(t, "attic "+name, devices.Number(want))
	}
	s.house.await(t, "what was learned is kept", patience, func(h *house) bool { return len(h.records) > 0 })
	s.stop()
	s.start(t) // with what was kept
	hw.say(t, "DHT22 test!\r\nHumidity: 45.00%\r\n")
	s.house.awaitValue(t, "attic humidity", devices.Number(45))
	s.house.awaitPresence(t, "attic", devices.Online, patience)
}

func TestBoardThatConfirmsCommands(t *testing.T) {
	c := cable(t)
	cfg := DefaultConfig()
	cfg.Port, cfg.Codec = c.Port, string(line.KeyValue)
	cfg.Lines = &line.Config{
		Poll:     &line.Poll{Command: "READ", Every: time.Second, Answer: 900 * time.Millisecond},
		Commands: line.Commands{Ack: "^OK"},
		Devices:  []line.Device{{ID: "board", Properties: []line.Property{{Name: "temperature", Key: "T"}, {Name: "target", Write: "S={value}"}}}},
	}
	log := &notes{}
	s := run(t, New("attic", cfg, zerolog.New(log), NewPorts()), log)
	hw := play(t, c.Device)
	answers := map[string]string{"READ": "T=21.5\r\n", "S=22": "OK\r\n", "S=99": "ERR too hot\r\n"}
	go func() {
		for lines := bufio.NewScanner(hw); lines.Scan(); {
			if _, err := io.WriteString(hw, answers[lines.Text()]); err != nil {
				return
			}
		}
	}()
	s.house.awaitValue(t, "board temperature", devices.Number(21.5))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.Execute(ctx, devices.Command{Device: "board", Property: "target", Value: devices.Number(22)}); err != nil {
		t.Errorf("a command that is confirmed: %v", err)
	}
	s.house.awaitValue(t, "board target", devices.Number(22))
	const want = `serial attic: the device refuses: "too hot"`
	if err := s.Execute(ctx, devices.Command{Device: "board", Property: "target", Value: devices.Number(99)}); err == nil || err.Error() != want {
		t.Errorf("a command that is refused: %v, want %s", err, want)
	}
}
