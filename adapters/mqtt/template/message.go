package template

import (
	"math"
	"time"

	"thingbridge/devices"
)

// A Message is what templates are rendered with: one payload and the variables
// beside it. The zero Message has no payload and no variables. It keeps its
// memory from one Reset to the next, so one that is reused renders plain
// templates without allocating. A Message serves one goroutine at a time.
type Message struct {
	payload []byte
	text    string // the payload as a text, made when first asked for
	hasText bool
	value   value // what SetValue was given, instead of a payload
	now     time.Time
	vars    []variable
	states  States
	json    document
	run     run
}

type variable struct {
	name  string
	value value
}

// States answers what templates ask about entities: states(), is_state(),
// state_attr() and is_state_attr().
type States interface {
	// State returns the state of an entity as a text, and whether it is known.
	State(entity string) (string, bool)
	// Attribute returns an attribute of an entity; the zero Value when unknown.
	Attribute(entity, name string) devices.Value
}

// Reset makes m the message with payload: value is its text, value_json what it
// means as JSON. Variables are forgotten. The Message refers to payload until
// the next Reset or SetValue; it must not change before. now is the answer to
// now(), in its time zone.
func (m *Message) Reset(payload []byte, now time.Time) {
	m.payload, m.text, m.hasText = payload, "", false
	m.value = value{}
	m.now = now
	clear(m.vars)
	m.vars = m.vars[:0]
	m.json.reset()
}

// SetValue makes value what a command template is given: v, an integer when v
// is a whole number, None when it is the zero Value. There is no payload then
// and no value_json. Call it after Reset, which takes the time.
func (m *Message) SetValue(v devices.Value) {
	m.payload, m.text, m.hasText = nil, "", false
	m.json.reset()
	m.value = fromDevice(v)
}

// SetFloat is SetValue for a number that is no integer even when it is whole.
func (m *Message) SetFloat(n float64) {
	m.SetValue(devices.Value{})
	m.value = floatValue(n)
}

// Set gives the variable name the value v, a whole number being an integer. The
// zero Value is None. A variable set before is replaced; value and value_json
// cannot be.
func (m *Message) Set(name string, v devices.Value) { m.set(name, fromDevice(v)) }

// SetDecimal is Set for a number that is no integer even when it is whole.
func (m *Message) SetDecimal(name string, n float64) { m.set(name, floatValue(n)) }

func (m *Message) set(name string, v value) {
	for i := range m.vars {
		if m.vars[i].name == name {
			m.vars[i].value = v
			return
		}
	}
	m.vars = append(m.vars, variable{name, v})
}

// SetStates lets templates ask s about entities, in this message and those
// after it. Without it, or with nil, every state is "unknown" and every
// attribute None.
func (m *Message) SetStates(s States) { m.states = s }

// maxWhole bounds the numbers that a float64 holds exactly to the last unit.
const maxWhole = 1 << 53

func fromDevice(v devices.Value) value {
	switch v.Type() {
	case devices.TypeNumber:
		n, _ := v.Number()
		if n == math.Trunc(n) && math.Abs(n) <= maxWhole {
			return intValue(int64(n))
		}
		return floatValue(n)
	case devices.TypeBoolean:
		b, _ := v.Boolean()
		return boolValue(b)
	case devices.TypeText:
		s, _ := v.Text()
		return textValue(s)
	}
	return noneValue
}

// payloadText is the payload as a text. Texts inside of the JSON share its
// memory.
func (m *Message) payloadText() string {
	if !m.hasText {
		m.text, m.hasText = string(m.payload), true
	}
	return m.text
}

// lookup finds a name that the template does not set itself.
func (m *Message) lookup(name string) value {
	switch name {
	case "value":
		if m.value.kind != kindAbsent {
			return m.value
		}
		return textValue(m.payloadText())
	case "value_json":
		return m.jsonValue(0)
	}
	for i := range m.vars {
		if m.vars[i].name == name {
			return m.vars[i].value
		}
	}
	return undefined(name)
}
