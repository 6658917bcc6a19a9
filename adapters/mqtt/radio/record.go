package radio

import (
	"bytes"
	"encoding/json"
	"errors"

	"thingbridge/adapters/mqtt/convention"
)

// A record makes a sensor known after a restart, when it has not been heard yet.
// Its topic begins with $, which no wildcard matches, so that it comes from us.
type record struct {
	Identity
	Fields   []sample `json:"fields"`
	Presence bool     `json:"presence,omitempty"`
}

// sample is a field with a value of the sort it has: what it means follows from
// them.
type sample struct {
	Field string          `json:"field"`
	Value json.RawMessage `json:"value"`
	Unit  string          `json:"unit,omitempty"` // that another field said
}

func sampleOf(m *Member, unit string) sample {
	value := `""`
	switch {
	case m.Kind == Truth:
		value = "true"
	case m.Kind == Number && bytes.IndexByte(m.Value, '.') >= 0:
		value = "0.5"
	case m.Kind == Number:
		value = "0"
	}
	return sample{Field: string(m.Key), Value: json.RawMessage(value), Unit: unit}
}

func (r *Roll) recordTopic() string { return "$" + r.convention + "/known/" }

func (s *Sensor) record() convention.Record {
	payload, err := json.Marshal(record{Identity: s.who, Fields: s.samples, Presence: s.presence > 0})
	if err != nil {
		payload = nil // cannot be: it is texts, and the samples that we write
	}
	return convention.Record{Topic: s.roll.recordTopic() + s.key, Payload: payload}
}

// Recall takes back what a record says, if m is one.
func (r *Roll) Recall(res *convention.Result, m *convention.Received) bool {
	key, ok := bytes.CutPrefix(m.Topic, []byte(r.recordTopic()))
	if !ok {
		return false
	}
	if len(m.Payload) == 0 || r.sensors[string(key)] != nil {
		return true
	}
	if err := r.recall(res, key, m.Payload); err != nil && !errors.Is(err, ErrOther) {
		Fault(res, m.Topic, err)
	}
	return true
}

func (r *Roll) recall(res *convention.Result, key, payload []byte) error {
	var kept record
	if len(payload) > 4*maxPayload {
		return errors.New("the record of the sensor is too long")
	}
	if err := json.Unmarshal(payload, &kept); err != nil {
		return err
	}
	s, err := r.Admit(key, kept.Identity)
	if err != nil {
		return err
	}
	for _, f := range kept.Fields {
		m := Plain([]byte(f.Field), f.Value)
		if bytes.HasPrefix(f.Value, []byte(`"`)) {
			m.Kind, m.Value = Text, nil
		}
		members := []Member{m}
		if f.Unit != "" {
			members = append(members, Member{Key: []byte(f.Field + "u"), Kind: Text, Value: []byte(f.Unit)})
		}
		s.learn(&members[0], members)
	}
	if kept.Presence {
		s.addPresence()
	}
	if !s.Useful() {
		r.forget(res, s)
		return nil
	}
	s.announce(res)
	return nil
}
