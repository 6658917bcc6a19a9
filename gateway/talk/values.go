package talk

import "thingbridge/devices"

// Values is what an action was given, by the name of the field. Each value has
// the type of its field; only a choice of many has more than one.
type Values map[string][]devices.Value

// one returns the value of a field, or the zero Value.
func (v Values) one(name string) devices.Value {
	if values := v[name]; len(values) > 0 {
		return values[0]
	}
	return devices.Value{}
}

// texts returns the values of a choice of many.
func (v Values) texts(name string) []string {
	out := make([]string, 0, len(v[name]))
	for _, value := range v[name] {
		out = append(out, value.String())
	}
	return out
}
