package homeassistant_test

import (
	"fmt"
	"strings"
	"testing"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// scene is what happens to one entity, a line each:
//
//	< TOPIC PAYLOAD                         a message
//	= PROPERTY VALUE                        what the property is; nothing: no value
//	> PROPERTY=VALUE : TOPIC PAYLOAD | …    a command and what it publishes
//	! PROPERTY=VALUE : TEXT                 a command that is refused, with a text that the reason has
type scene struct {
	name, component, config string
	lines                   string
}

func (s *scene) play(t *testing.T) {
	h := newHouse()
	h.say("homeassistant/"+s.component+"/thing/config", s.config)
	d := h.only(t)
	for _, line := range strings.Split(strings.TrimSpace(s.lines), "\n") {
		line = strings.TrimSpace(line)
		what, rest := line[0], strings.TrimSpace(line[1:])
		first, second, _ := strings.Cut(rest, " ")
		switch what {
		case '<':
			h.say(first, second)
		case '=':
			if got := h.values[string(d.ID)+"/"+first].String(); got != second {
				t.Errorf("%s: got %q; faults %q", line, got, h.faults)
			}
		case '>', '!':
			order, want, _ := strings.Cut(rest, " :")
			h.order(t, d, line, order, strings.TrimSpace(want), what == '!')
		default:
			t.Fatalf("%q is no line of a scene", line)
		}
	}
}

// order gives a command, and takes it for carried out when it is published.
func (h *house) order(t *testing.T, d *devices.Device, line, order, want string, refused bool) {
	t.Helper()
	name, text, _ := strings.Cut(order, "=")
	p, ok := d.Property(name)
	if !ok {
		t.Fatalf("%s: no such property in %+v", line, d.Properties)
	}
	v, err := p.Parse(text)
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	cmd := devices.Command{Device: d.ID, Property: name, Value: v}
	messages, err := h.Command(cmd, noon)
	if refused {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, messages %v", line, err, messages)
		}
		return
	}
	if err != nil || !p.Writable {
		t.Errorf("%s: error %v, writable %v", line, err, p.Writable)
		return
	}
	var got []string
	for _, m := range messages {
		got = append(got, fmt.Sprintf("%s %s", m.Topic, m.Payload))
	}
	if strings.Join(got, " | ") != want {
		t.Errorf("%s: published %q", line, got)
	}
	var r convention.Result
	h.Echo(&r, cmd, noon)
	h.apply(&r)
}

func playAll(t *testing.T, scenes []scene) {
	for _, s := range scenes {
		t.Run(s.name, s.play)
	}
}
