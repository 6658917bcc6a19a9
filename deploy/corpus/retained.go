package main

import (
	"encoding/json"
	"slices"
)

// manner is how an announcement wants its commands sent.
type manner struct {
	qos    byte
	retain bool
}

func (e *entity) manner() manner {
	return manner{byte(e.config.number("qos", 0)), e.config.flag("retain")}
}

// judge sees that commands are sent as their announcement asks.
func (m manner) judge(t *tally, name string, e *entity, all []outcome) {
	sent := 0
	for i := range all {
		for _, got := range all[i].messages {
			sent++
			if (manner{got.QoS, got.Retain}) != m {
				t.bad(e.component+": a command is sent in another way than was announced", "%s: %s: %s=%s: QoS %d, retained %t, want %+v",
					name, e.topic, all[i].property.Name, all[i].value, got.QoS, got.Retain, m)
				return
			}
		}
	}
	if sent > 0 {
		t.ok()
	}
}

// judgeRetained has a model announce itself anew, wanting its commands retained, and
// asks it for everything.
func (h *house) judgeRetained(t *tally, name string, model []record, entities []*entity) {
	payloads := make(map[string]string)
	for _, r := range model {
		payloads[r.Topic] = r.Payload
	}
	want := manner{qos: 2, retain: true}
	asked := slices.DeleteFunc(slices.Clone(entities), func(e *entity) bool { return e.component == "device_automation" })
	for _, e := range asked {
		changed := object([]byte(payloads[e.topic]))
		changed["retain"], changed["qos"] = json.RawMessage("true"), json.RawMessage("2")
		payload, err := json.Marshal(changed)
		if err != nil {
			t.bad("an announcement cannot be written", "%s: %s: %v", name, e.topic, err)
			continue
		}
		h.decode(e.topic, string(payload), true)
	}
	for _, e := range asked { // after all: some cannot be told from one another
		want.judge(t, name, e, h.tryAll(h.siblings(e), e.device))
	}
	h.complaint()
}
