package mqtt

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/adapters"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/mapped"
	"thingbridge/devices"
)

// talkative is what makes a device of each convention known: lines of a topic and a
// payload.
var talkative = map[string]string{
	"homeassistant": `homeassistant/sensor/a/config {"name":"Level","stat_t":"tank/a","uniq_id":"a","dev":{"ids":"tank","name":"Tank"}}
		homeassistant/device/b/config {"dev":{"ids":"tank"},"o":{"name":"x"},"cmps":{"pump":{"p":"switch","name":"Pump","cmd_t":"tank/pump","uniq_id":"b"}}}
		tank/a 20`,
	"homie": `homie/tank/$homie 4.0.0
		homie/tank/$name Tank
		homie/tank/$nodes water
		homie/tank/water/$properties level
		homie/tank/water/level/$datatype float
		homie/tank/$state ready`,
	"tasmota": `tasmota/discovery/AABBCC49A3BC/config {"ip":"192.168.1.5","dn":"Tasmota","fn":["Tank",null],"hn":"tank-0956","mac":"AABBCC49A3BC","md":"Sonoff Basic","ofln":"Offline","onln":"Online","state":["OFF","ON","TOGGLE","HOLD"],"sw":"14.2.0","t":"tank","ft":"%prefix%/%topic%/","tp":["cmnd","stat","tele"],"rl":[1,0],"swc":[-1],"swn":[null],"btn":[0],"so":{"4":0},"lk":1,"lt_st":0,"sho":[0],"ver":1}
		tasmota/discovery/AABBCC49A3BC/sensors {"sn":{"Time":"2026-01-01T00:00:00"},"ver":1}`,
	"shelly": `shellies/announce {"id":"shellyplug-s-AABBCC","model":"SHPLG-S","mac":"AABBCCDDEEFF","ip":"192.168.1.2","new_fw":false,"fw_ver":"v1.11"}
		shellies/shellyplug-s-AABBCC/relay/0 on`,
	"rtl433":  `rtl_433/attic/events {"model":"Acurite-Tower","id":7,"channel":"A","temperature_C":20.5}`,
	"theengs": `home/gw/BTtoMQTT/A4C1386E4AE8 {"id":"A4:C1:38:6E:4A:E8","mac_type":0,"name":"ATC_6E4AE8","rssi":-91,"brand":"Xiaomi","model":"L","model_id":"L_A","tempc":14.2}`,
}

// neighbourhood is an inbox and what has come of its messages.
type neighbourhood struct {
	*inbox
	shelf   *shelf
	devices map[devices.ID]*devices.Device
	now     time.Time
}

func (n *neighbourhood) Apply(u devices.Update) {
	for _, d := range u.Announced {
		n.devices[d.ID] = d
	}
	for _, id := range u.Removed {
		delete(n.devices, id)
	}
}

// neighbours is an adapter that has kept on s what earlier ones heard.
func neighbours(t *testing.T, s *shelf, conventions ...string) (*Adapter, *neighbourhood) {
	t.Helper()
	cfg := DefaultConfig("house")
	cfg.Broker, cfg.Conventions = "mqtt://127.0.0.1:1", conventions
	cfg.Devices = []mapped.Device{{ID: "boiler", Properties: []mapped.Property{{Name: "level", Topic: "tank/a"}}}}
	a := New("house", cfg, zerolog.Nop())
	spoken, err := newSpeakers(&a.cfg, a.known)
	if err != nil {
		t.Fatal(errors.Join(a.err, err))
	}
	n := &neighbourhood{shelf: s, devices: make(map[devices.ID]*devices.Device), now: time.Now()}
	in := newInbox(a, spoken, struct {
		adapters.Archive
		adapters.Sink
	}{s, sinkOf{n, s}})
	n.inbox = in
	a.speak(in)
	in.announce()
	in.replay(t.Context())
	return a, n
}

// sinkOf applies to a neighbourhood, and settles at once.
type sinkOf struct {
	*neighbourhood
	*shelf
}

func (s sinkOf) Apply(u devices.Update) { s.neighbourhood.Apply(u) }

// hear takes lines as often as the shyest convention has to hear them.
func (n *neighbourhood) hear(lines string) {
	for range 4 {
		for line := range strings.Lines(lines) {
			topic, payload, _ := strings.Cut(strings.TrimSpace(line), " ")
			n.now = n.now.Add(time.Second)
			n.mu.Lock()
			n.decode(convention.Received{Topic: []byte(topic), Payload: []byte(payload), At: n.now})
			n.mu.Unlock()
		}
		n.now = n.now.Add(3 * time.Minute)
		n.mu.Lock()
		n.inbox.now = n.now
		n.flush()
		n.mu.Unlock()
	}
}

// discovered are the devices but for the configuration's.
func (n *neighbourhood) discovered() []devices.ID {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(n.devices)), func(id devices.ID) bool { return id == "boiler" })
}

// A device is forgotten by all that could make it known again but itself, at once and
// after a kill; when it says again what it said, it has the ID that it had.
func TestADeviceIsForgottenUntilItSpeaks(t *testing.T) {
	for _, name := range dialectNames(dialects()) {
		t.Run(name, func(t *testing.T) {
			s := &shelf{kept: make(map[string]string)}
			a, n := neighbours(t, s, name)
			n.hear(talkative[name])
			was := n.discovered()
			if len(was) != 1 {
				t.Fatalf("devices %q, want one", was)
			}
			if err := n.records.store(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, again := neighbours(t, s, name); !slices.Equal(again.discovered(), was) {
				t.Fatalf("after a restart: devices %q, want %q", again.discovered(), was)
			}
			if err := a.Forget(t.Context(), was[0]); err != nil {
				t.Fatal(err)
			}
			if left := n.discovered(); len(left) != 0 {
				t.Errorf("devices %q are left", left)
			}
			if err := a.Forget(t.Context(), was[0]); !errors.Is(err, devices.ErrNoDevice) {
				t.Errorf("forgotten twice: %v", err)
			}
			_, again := neighbours(t, s, name) // nothing else was stored: it was killed
			if left := again.discovered(); len(left) != 0 {
				t.Errorf("after a kill: devices %q are back", left)
			}
			for _, who := range []*neighbourhood{n, again} {
				if who.hear(talkative[name]); !slices.Equal(who.discovered(), was) {
					t.Errorf("when it speaks again: devices %q, want %q", who.discovered(), was)
				}
			}
		})
	}
}

// Of a device that two conventions know, nothing is left.
func TestADeviceOfTwoConventionsIsForgottenByBoth(t *testing.T) {
	const announced = `homeassistant/switch/relay/config {"name":null,"stat_t":"shellies/shellyplug-s-AABBCC/relay/0","cmd_t":"c","uniq_id":"a","dev":{"cns":[["mac","aa:bb:cc:dd:ee:ff"]],"name":"Plug"}}`
	s := &shelf{kept: make(map[string]string)}
	a, n := neighbours(t, s, "shelly", "homeassistant")
	n.hear(announced)
	n.hear(talkative["shelly"])
	was := n.discovered()
	if len(was) != 1 {
		t.Fatalf("devices %q, want one", was)
	}
	if err := a.Forget(t.Context(), was[0]); err != nil {
		t.Fatal(err)
	}
	for key := range s.kept {
		if strings.HasPrefix(key, announcementKey+"shelly") || strings.HasPrefix(key, announcementKey+"homeassistant/homeassistant") {
			t.Errorf("%s is still kept", key)
		}
	}
	if _, again := neighbours(t, s, "shelly", "homeassistant"); len(again.discovered()) != 0 {
		t.Errorf("devices %q are back", again.discovered())
	}
}

func TestWhatCannotBeForgotten(t *testing.T) {
	s := &shelf{kept: make(map[string]string)}
	a, n := neighbours(t, s, "homeassistant")
	n.hear(talkative["homeassistant"])
	if err := a.Forget(t.Context(), "boiler"); !errors.Is(err, adapters.ErrConfigured) {
		t.Errorf("a device of the configuration: %v", err)
	}
	if err := a.Forget(t.Context(), "nobody"); !errors.Is(err, devices.ErrNoDevice) {
		t.Errorf("a device that there is not: %v", err)
	}
	s.fail = errors.New("disk full")
	if err := a.Forget(t.Context(), "tank"); !errors.Is(err, s.fail) || !strings.Contains(err.Error(), "back after a restart") {
		t.Errorf("where nothing can be stored: %v", err)
	}
	fresh := New("house", a.cfg, zerolog.Nop())
	if err := fresh.Forget(t.Context(), "tank"); !errors.Is(err, adapters.ErrUnavailable) {
		t.Errorf("before anything runs: %v", err)
	}
}
