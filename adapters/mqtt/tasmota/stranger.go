package tasmota

import (
	"bytes"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/leaves"
	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
)

// stranger is a device that was heard of on topics of the usual order and has not
// announced itself.
type stranger struct {
	full   string // the order of its topics
	topic  string
	topics topics
	ask    time.Time // when to ask who it is; zero: it was asked
	found  map[string]string
	relays []int
	config config
	sensed bytes.Buffer // its announcement of sensors
}

// How many strangers are kept, and how long they have to announce themselves.
const (
	maxStrangers = 500
	hesitation   = 10 * time.Second
)

// errStranger is why a report of a stranger means nothing yet.
var errStranger = errors.New("a device that does not announce itself; it is asked with the command STATUS, and appears when it answers")

func (s *stranger) filters() []convention.Filter {
	return []convention.Filter{{Topic: s.topics.stat + "+", QoS: 1}}
}

// due asks the stranger when it is time to, and returns when that is.
func (s *stranger) due(r *convention.Result, now time.Time) time.Time {
	if s.ask.IsZero() || now.Before(s.ask) {
		return s.ask
	}
	s.ask = time.Time{}
	r.Publish = append(r.Publish, convention.Message{Topic: s.topics.cmnd + "STATUS", Payload: []byte("0")})
	return time.Time{}
}

// hearStranger takes a message of a device that is not known. It reports whether it
// may be one of this firmware.
func (t *Tasmota) hearStranger(r *convention.Result, m convention.Received, level int) bool {
	if level == 0 {
		return false
	}
	full, topic, part, ok := usual(string(m.Topic[:level-1]))
	if !ok {
		return false
	}
	s, known := t.strangers[full+topic]
	if part == "stat" {
		if !known {
			return false
		}
		t.answer(r, s, m)
		return true
	}
	tail, payload := m.Topic[level:], bytes.TrimSpace(m.Payload)
	isWill := string(tail) == "LWT" && (string(payload) == "Online" || string(payload) == "Offline")
	isReport := (string(tail) == "STATE" || string(tail) == "SENSOR") && len(payload) > 0 && payload[0] == '{'
	if part != "tele" || !isWill && !isReport {
		return false
	}
	if !known {
		if len(t.strangers) >= maxStrangers {
			return true
		}
		base := func(prefix string) string {
			return strings.NewReplacer("%prefix%", prefix, "%topic%", topic).Replace(full)
		}
		s = &stranger{full: full, topic: topic, topics: topics{base("cmnd"), base("stat"), base("tele")}, found: make(map[string]string), ask: m.At.Add(hesitation)}
		t.strangers[full+topic] = s
		r.Subscribe = append(r.Subscribe, s.filters()...)
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: errStranger})
	} else if isWill && string(payload) == "Online" && !m.Retained && s.ask.IsZero() {
		s.ask = m.At.Add(hesitation)
	}
	return true
}

// usual takes apart what stands before the last level of a topic: prefix and topic,
// in either order.
func usual(base string) (full, topic, part string, ok bool) {
	first, second, two := strings.Cut(base, "/")
	if !two || strings.Contains(second, "/") || naming.Topic(base) != nil {
		return "", "", "", false
	}
	switch {
	case first == "tele" || first == "stat":
		return "%prefix%/%topic%/", second, first, true
	case second == "tele" || second == "stat":
		return "%topic%/%prefix%/", first, second, true
	}
	return "", "", "", false
}

// answer takes an answer to STATUS. The last one is STATUS11; then all is known.
func (t *Tasmota) answer(r *convention.Result, s *stranger, m convention.Received) {
	if t.document.Read(m.Payload) != nil {
		return
	}
	all := t.document.All()
	complete := false
	for i := range all {
		leaf := &all[i]
		path := string(leaf.Path)
		switch {
		case strings.HasPrefix(path, "StatusSTS/"):
			complete = true
			s.state(path[len("StatusSTS/"):])
		case strings.HasPrefix(path, "StatusSNS/") && s.sensed.Len() == 0:
			s.sensed.WriteString(`{"sn":`)
			s.sensed.Write(bytes.TrimSpace(m.Payload[bytes.IndexByte(m.Payload, ':')+1 : bytes.LastIndexByte(m.Payload, '}')]))
			s.sensed.WriteString(`}`)
		case strings.HasPrefix(path, "Status") && leaf.Kind == leaves.Text && len(s.found) < 100:
			s.found[path] = leaf.String()
		}
	}
	if !complete {
		return
	}
	if err := t.introduce(r, s, m); err != nil {
		r.Faults = append(r.Faults, convention.Fault{Topic: string(m.Topic), Err: err})
	}
}

// state takes note of a key of the stranger's state, which shows what it has.
func (s *stranger) state(key string) {
	c := &s.config
	switch digits, isPower := strings.CutPrefix(key, "POWER"); {
	case isPower:
		n, err := strconv.Atoi(digits)
		if digits == "" {
			n, err = 1, nil
		}
		const most = 32
		for err == nil && n <= most && len(s.relays) < n {
			s.relays = append(s.relays, relayPlain)
		}
	case key == "FanSpeed":
		c.Fan = 1
	case key == "Dimmer":
		c.LightType = max(c.LightType, lightDimmer)
	case key == "HSBColor":
		c.LightType = max(c.LightType, lightRGB)
	case key == "White":
		c.LightType = max(c.LightType, lightRGBW)
	case key == "CT" && c.LightType >= lightRGB:
		c.LightType = lightRGBCW
	case key == "CT":
		c.LightType = lightWhite
	case key == "BatteryPercentage":
		c.Battery = 1
	}
}

// introduce takes the stranger as if it had announced what it answered.
func (t *Tasmota) introduce(r *convention.Result, s *stranger, m convention.Received) error {
	mac, ok := naming.MAC(s.found["StatusNET/Mac"])
	if !ok {
		mac, ok = naming.MAC(s.found["StatusNET/Ethernet/Mac"])
	}
	if !ok {
		return errors.New("the device answers without its MAC, so it cannot be told from others")
	}
	c := s.config
	c.MAC, c.Device, c.Host = mac, s.found["Status/DeviceName"], s.found["StatusNET/Hostname"]
	c.Model, c.Full, c.Topic = s.found["StatusFWR/Hardware"], s.full, s.topic
	c.Prefixes, c.States = []string{"cmnd", "stat", "tele"}, []string{"OFF", "ON", "TOGGLE", "HOLD"}
	c.Offline, c.Online, c.Linked = "Offline", "Online", 1
	for i := range s.relays {
		friendly := s.found["Status/FriendlyName/"+strconv.Itoa(i)]
		c.Names = append(c.Names, &friendly)
	}
	c.Relays = s.relays
	if c.LightType > 0 && len(c.Relays) > 0 {
		c.Relays[len(c.Relays)-1] = relayLight // relays are counted before the light
	}
	if c.Device == "" {
		c.Device = s.found["Status/FriendlyName/0"]
	}
	payload, err := json.Marshal(&c)
	if err != nil {
		return err
	}
	config := convention.Received{Topic: []byte(discovery + upper(mac) + "/config"), Payload: payload, At: m.At}
	if err := t.announced(r, config, mac); err != nil {
		return err
	}
	if s.sensed.Len() == 0 {
		return nil
	}
	found := convention.Received{Topic: []byte(discovery + upper(mac) + "/sensors"), Payload: s.sensed.Bytes(), At: m.At}
	return t.announcedSensors(r, found, mac)
}
