package homie

import (
	"encoding/json"
	"errors"

	"thingbridge/adapters/mqtt/convention"
)

// recordTopic is where records of devices are kept. It begins with $, which no
// wildcard matches, so that they come from us.
const recordTopic = "$homie/known/"

// record makes a device known after a restart, with the names that it has.
type record struct {
	Key         string            `json:"key"`
	Names       map[string]string `json:"names"`
	Description string            `json:"description,omitempty"` // of version 5
	Attributes  map[string]string `json:"attributes,omitempty"`  // before version 5
	Types       map[string]string `json:"types,omitempty"`       // that were guessed of values
}

func (d *device) record() convention.Record {
	payload, err := json.Marshal(record{Key: d.key, Names: d.called, Description: d.text, Attributes: d.attributes, Types: d.guessed})
	if err != nil {
		payload = nil // cannot be: it is texts
	}
	return convention.Record{Topic: recordTopic + d.base, Payload: payload}
}

func (h *Homie) recall(r *convention.Result, base string, payload []byte) {
	at, ok := locate(base + "/$state")
	if !ok || len(payload) == 0 || len(payload) > 4*maxKept || h.devices[base] != nil || len(h.devices) >= maxDevices {
		return
	}
	var kept record
	if err := json.Unmarshal(payload, &kept); err != nil {
		fault(r, recordTopic+base, short(err))
		return
	}
	d := h.add(r, &at)
	d.key, d.attributes = kept.Key, kept.Attributes
	if d.attributes == nil {
		d.attributes = make(map[string]string)
	}
	if kept.Names != nil {
		d.called = kept.Names
	}
	if kept.Types != nil {
		d.guessed = kept.Types
	}
	for path, text := range d.attributes {
		d.kept += len(path) + len(text)
	}
	err := errors.New("the record has no description")
	if d.five {
		if d.described, err = parseDescription([]byte(kept.Description)); err == nil {
			d.text = kept.Description
		}
	}
	if !d.five || err == nil {
		err = h.announce(r, d)
	}
	if err != nil {
		fault(r, recordTopic+base, err)
	}
}
