package tasmota

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/naming"
)

// discovery begins the topics of announcements.
const discovery = "tasmota/discovery/"

// announcement takes a message about the device whose MAC begins rest.
func (t *Tasmota) announcement(r *convention.Result, m convention.Received, rest []byte) error {
	text, end, _ := bytes.Cut(rest, []byte("/"))
	if string(end) != "config" && string(end) != "sensors" {
		return errors.New("an announcement ends in /config or /sensors")
	}
	mac, ok := naming.MAC(string(text[:min(len(text), 40)]))
	switch {
	case !ok:
		return fmt.Errorf("%q is no MAC address", convention.Shorten(string(text)))
	case len(m.Payload) > maxAnnouncement:
		return fmt.Errorf("the announcement has %d bytes, want at most %d", len(m.Payload), maxAnnouncement)
	case string(end) == "config":
		return t.announced(r, m, mac)
	}
	return t.announcedSensors(r, m, mac)
}

// announced takes the announcement of a device; an empty one removes it.
func (t *Tasmota) announced(r *convention.Result, m convention.Received, mac string) error {
	known := t.devices[mac]
	if len(m.Payload) == 0 {
		if known != nil {
			t.forget(r, known)
		}
		delete(t.waiting, mac)
		return nil
	}
	if known != nil && known.announced == string(m.Payload) && !t.spokenFor(known) {
		return nil
	}
	c, err := parseConfig(m.Payload)
	if err != nil {
		return err
	}
	if named, _ := naming.MAC(c.MAC); named != mac {
		return fmt.Errorf("the topic says that the MAC is %s, the announcement %q", mac, convention.Shorten(c.MAC))
	}
	topics, err := c.topics(mac)
	if err != nil {
		return err
	}
	if known == nil && len(t.devices) >= maxDevices {
		return fmt.Errorf("there are %d devices already, which is the most", maxDevices)
	}
	if known == nil && !t.names.Room("mac:"+mac) {
		return convention.ErrTooMany
	}
	if err := t.admit(r, mac, known, c, topics, string(m.Payload)); err != nil {
		return err
	}
	r.Keep = append(r.Keep, convention.Record{Topic: string(m.Topic), Payload: bytes.Clone(m.Payload)})
	return nil
}

// admit gives the device its name and topics and tells of it.
func (t *Tasmota) admit(r *convention.Result, mac string, known *device, c *config, topics topics, payload string) error {
	d := known
	if d == nil {
		d = &device{mac: mac, key: "mac:" + mac, alias: "id:" + mac[len(mac)-6:]}
	}
	id, ok := t.names.Assign(Name, d.key, c.wanted())
	if !ok || t.names.Owner(d.alias) != "" {
		if known != nil {
			t.forget(r, known)
		}
		if id == "" {
			return convention.ErrTooMany
		}
		return errSpokenFor
	}
	if known != nil {
		t.unplug(r, known)
	}
	d.id, d.config, d.topics, d.announced = id, c, topics, payload
	if err := t.plug(r, d); err != nil {
		if known != nil {
			t.forget(r, known)
		}
		return err
	}
	t.devices[mac], t.ids[id] = d, d
	if s, early := t.waiting[mac]; early {
		d.sensors = s
		delete(t.waiting, mac)
	}
	delete(t.strangers, topics.tele)
	return t.describe(r, d)
}

// announcedSensors takes the sensors of a device; an empty announcement removes them.
func (t *Tasmota) announcedSensors(r *convention.Result, m convention.Received, mac string) error {
	d := t.devices[mac]
	if d != nil && d.sensors.announced == string(m.Payload) {
		return nil
	}
	if d == nil && len(m.Payload) > 0 && !t.names.Room("mac:"+mac) {
		return convention.ErrTooMany
	}
	var s sensors
	if len(m.Payload) > 0 {
		if err := t.document.Read(m.Payload); err != nil {
			return err
		}
		s = readSensors(t.document.All(), "sn/")
		s.announced = string(m.Payload)
	}
	r.Keep = append(r.Keep, convention.Record{Topic: string(m.Topic), Payload: bytes.Clone(m.Payload)})
	if d == nil {
		if len(t.waiting) < maxDevices {
			t.waiting[mac] = s
		}
		return nil
	}
	if t.spokenFor(d) {
		t.forget(r, d)
		return errSpokenFor
	}
	d.sensors = s
	return t.describe(r, d)
}

// config is the announcement of a device, as far as it is needed.
type config struct {
	MAC       string               `json:"mac"`
	Device    string               `json:"dn"`
	Names     []*string            `json:"fn"`
	Host      string               `json:"hn"`
	Model     string               `json:"md"`
	Full      string               `json:"ft"`
	Topic     string               `json:"t"`
	Prefixes  []string             `json:"tp"` // of commands, of answers, of reports
	States    []string             `json:"state"`
	Offline   string               `json:"ofln"`
	Online    string               `json:"onln"`
	Relays    []int                `json:"rl"`
	LightType int                  `json:"lt_st"`
	Linked    int                  `json:"lk"` // colour and white are one light
	Tuya      int                  `json:"ty"`
	Fan       int                  `json:"if"`
	Switches  []int                `json:"swc"`
	Named     []*string            `json:"swn"` // switches
	Buttons   []int                `json:"btn"`
	Shutters  []int                `json:"sho"` // options
	Tilts     [][]int              `json:"sht"` // lowest, highest, duration
	Battery   int                  `json:"bat"`
	DeepSleep int                  `json:"dslp"` // seconds
	Options   map[string]jsonValue `json:"so"`
}

// jsonValue is an option, which is a number, or something that is not known yet.
type jsonValue = json.RawMessage

func parseConfig(payload []byte) (*config, error) {
	c := &config{Linked: 1, Online: "Online", Offline: "Offline"}
	if err := json.Unmarshal(payload, c); err != nil {
		return nil, fmt.Errorf("the announcement cannot be read: %w", err)
	}
	for i, word := range []string{"OFF", "ON", "TOGGLE", "HOLD"} {
		if len(c.States) <= i {
			c.States = append(c.States, word)
		}
	}
	return c, nil
}

// on reports whether the option with a number is set.
func (c *config) on(option string) bool { return string(c.Options[option]) == "1" }

// name returns the name of the part with an index, or "".
func name(names []*string, i int) string {
	if i >= len(names) || names[i] == nil {
		return ""
	}
	return clip(*names[i])
}

// wanted is what the device shall be called, if that is free. Those that nobody has
// named are all called Tasmota.
func (c *config) wanted() string {
	const unnamed = "Tasmota"
	for _, candidate := range []string{c.Device, name(c.Names, 0)} {
		if candidate != "" && candidate != unnamed {
			return candidate
		}
	}
	if c.Host != "" {
		return c.Host
	}
	return c.Topic
}

// topics are what stands before the last level of a device's topics.
type topics struct {
	cmnd, stat, tele string
}

func (c *config) topics(mac string) (topics, error) {
	if len(c.Prefixes) < 3 {
		return topics{}, fmt.Errorf("it has %d prefixes of topics (tp), want 3", len(c.Prefixes))
	}
	if !strings.Contains(c.Full, "%prefix%") {
		return topics{}, fmt.Errorf("its full topic %q lacks %%prefix%%, so commands cannot be told from reports; set FullTopic", convention.Shorten(c.Full))
	}
	base := func(prefix string) string {
		full := strings.NewReplacer("%prefix%", prefix, "%topic%", c.Topic, "%hostname%", c.Host, "%id%", upper(mac[len(mac)-6:])).Replace(c.Full)
		return strings.TrimSuffix(full, "/") + "/"
	}
	out := topics{base(c.Prefixes[0]), base(c.Prefixes[1]), base(c.Prefixes[2])}
	for _, topic := range []string{out.cmnd, out.stat, out.tele} {
		if err := naming.Topic(topic); err != nil {
			return topics{}, fmt.Errorf("its topic %q cannot be used: %w", convention.Shorten(topic), err)
		}
	}
	if out.cmnd == out.stat || out.cmnd == out.tele {
		return topics{}, errors.New("its commands have the same topic as its reports; set Prefix1, Prefix2 and Prefix3")
	}
	return out, nil
}

func upper(text string) string { return strings.ToUpper(text) }

// clip shortens a name that a stranger gave to what can be shown.
func clip(text string) string {
	const most = 120
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "")
}
