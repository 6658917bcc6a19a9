package rflink_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/serial/rflink"
)

func TestValidate(t *testing.T) {
	cfg := rflink.Config{Humidity: "octal", Patience: 101, Devices: []rflink.Device{
		{Key: "newkaku"},
		{Key: "newkaku 00a1", ID: "A B", Kind: "spaceship"},
		{Key: "NewKaku A1", Name: strings.Repeat("x", 201)},
		{Key: "newkaku 1-2", Switch: "a b"},
		{Key: "rts 1", ID: "one", Kind: "cover", Dims: true},
		{Key: "rts 2", ID: "one", Kind: "light", Inverted: true},
		{Key: "rts 2", Switch: "1"},
	}}
	var got []string
	cfg.Validate(func(path, problem string) { got = append(got, path+": "+problem) })
	want := []string{
		`humidity: "octal"; use decimal or hex`,
		"patience: 101; use 1 to 100",
		`devices[0].key: "newkaku" is no key; write the protocol and the address, as in newkaku 008440e6`,
		`devices[1].id: bad device id: "A B"; use a-z, 0-9 and -, for example "a-b"`,
		`devices[1].kind: "spaceship"; use light, plug, switch, cover, chime, door, window, motion, smoke, leak, button, sensor, meter`,
		"devices[2].name: 201 bytes, want at most 200",
		`devices[2].key: "NewKaku A1" is devices[1] too; put both together, or say which switch each is`,
		`devices[3].key: "newkaku 1-2" is no key; write the protocol and the address of at most 16 letters and digits, as in newkaku 008440e6`,
		`devices[3].switch: "a b" is no switch; write what stands behind SWITCH=, at most 16 letters and digits`,
		"devices[4].dims: goes with kind: light",
		"devices[5].inverted: goes with kind: cover",
		`devices[5].id: "one" is the id of devices[4] too; each needs its own`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("mistakes (-want +got):\n%s", diff)
	}
	if _, err := rflink.New("attic", cfg); err == nil || !strings.Contains(err.Error(), "octal") {
		t.Errorf("New: %v", err)
	}
	if _, err := rflink.New("attic", rflink.Config{Devices: []rflink.Device{{Key: "x 1", ID: "attic-x-2"}, {Key: "x 2"}}}); fmt.Sprint(err) != `devices[1]: the id "attic-x-2" is another device's; give one of them another` {
		t.Errorf("New: %v", err)
	}
}
