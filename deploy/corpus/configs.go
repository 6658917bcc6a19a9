package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"strings"
)

// configuration is one that Home Assistant's tests have.
type configuration struct {
	Component, Kind, Topic string
	Config                 json.RawMessage
	Sources                []string
}

// judgeConfigs announces each configuration in a house of its own. A valid one is to
// make a device or to be passed over with a reason, an invalid one to be refused with
// a reason.
func judgeConfigs(t *tally, f *folder) error {
	all, err := lines[configuration](f, t.file)
	if err != nil {
		return err
	}
	for i := range all {
		if err := judgeConfig(t, f, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

func judgeConfig(t *tally, f *folder, c *configuration) error {
	h, err := newHouse()
	if err != nil {
		return err
	}
	payload := string(c.Config)
	if config := object(c.Config); config != nil && c.Kind == "yaml-config" && !config.has("unique_id") {
		config = maps.Clone(config)
		config["unique_id"] = json.RawMessage(`"one"`)
		raw, err := json.Marshal(config)
		if err != nil {
			return err
		}
		payload = string(raw)
	}
	var text string
	if json.Unmarshal(c.Config, &text) == nil {
		payload = text
	}
	topic := c.Topic
	if topic == "" {
		topic = fmt.Sprintf("homeassistant/%s/one/config", c.Component)
	}
	e, _ := h.discover(c.Component, message{topic, payload, true}, f.expand(object([]byte(payload))))
	said := h.complaint()
	made := len(e.properties) > 0
	sort := c.Component + ", " + c.Kind
	switch {
	case c.Kind == "invalid-discovery" && made:
		t.bad(sort+": taken", "%s", payload)
	case c.Kind == "invalid-discovery" && said == "":
		t.bad(sort+": refused without a reason", "%s", payload)
	case c.Kind == "invalid-discovery" || made:
		t.ok()
		if made && said != "" {
			t.note("taken, with a fault: "+general(said), "%s: %s", c.Component, said)
		}
	case strings.Contains(said, "not known"):
		t.bad(sort+": "+general(said), "%s", payload)
	case said != "":
		t.ok()
		t.note("passed over: "+c.Component+": "+general(said), "%s: %s", said, payload)
	default:
		t.bad(sort+": means nothing, and nobody says why", "%s", payload)
	}
	return nil
}
