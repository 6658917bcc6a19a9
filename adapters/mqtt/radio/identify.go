package radio

import (
	"strings"
)

// The members that identify a sensor of rtl_433, in the order of its topics; also
// its Home Assistant discovery joins them with hyphens.
var identifying = [...]string{"type", "model", "subtype", "channel", "id"}

// Identify appends the key of the sensor that has sent an rtl_433 message to dst.
// ok is false where there is no model.
func Identify(dst []byte, members []Member) (key []byte, ok bool) {
	if m := Find(members, "model"); m == nil || len(m.Value) == 0 || m.Kind == Null {
		return dst, false
	}
	key = append(dst, "id:"...)
	for _, name := range identifying {
		if m := Find(members, name); m != nil && m.Kind != Null && m.Kind != Nested && len(m.Value) <= 64 {
			key = appendPart(key, m.Value, len(key) == len(dst)+len("id:"))
		}
	}
	return key, true
}

// IdentifyTopic does the same from the levels of a topic.
func IdentifyTopic(dst []byte, levels [][]byte) []byte {
	key := append(dst, "id:"...)
	for i, level := range levels {
		key = appendPart(key, level[:min(len(level), 64)], i == 0)
	}
	return key
}

// appendPart writes a part as topics have it: rtl_433 puts _ for all but letters,
// digits and hyphens.
func appendPart(dst, part []byte, first bool) []byte {
	if !first {
		dst = append(dst, '-')
	}
	for _, c := range part {
		switch {
		case c >= 'A' && c <= 'Z':
			c += 'a' - 'A'
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '-':
		default:
			c = '_'
		}
		dst = append(dst, c)
	}
	return dst
}

// Describe is what an rtl_433 message says of its sensor.
func Describe(members []Member) Identity {
	var parts []string
	var who Identity
	for _, name := range identifying {
		m := Find(members, name)
		if m == nil || m.Kind == Null || m.Kind == Nested || len(m.Value) > 64 {
			continue
		}
		parts = append(parts, m.Text())
		switch name {
		case "type":
			who.Sort = m.Text()
		case "model":
			who.Model = m.Text()
		case "id":
			who.Serial = m.Text()
		}
	}
	who.Name = strings.Join(parts, " ")
	return who
}

// DescribeTopic is what the levels of a topic say of a sensor.
func DescribeTopic(levels [][]byte) Identity {
	var parts []string
	for _, level := range levels {
		parts = append(parts, string(level[:min(len(level), 64)]))
	}
	who := Identity{Name: strings.Join(parts, " "), Model: parts[0]}
	if len(parts) > 1 {
		who.Serial = parts[len(parts)-1]
	}
	return who
}
