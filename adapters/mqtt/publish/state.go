package publish

import (
	"math"
	"strconv"
	"unicode/utf8"

	"thingbridge/devices"
)

// maxState is the longest state that Home Assistant takes, in characters.
const maxState = 255

// AppendState appends the values of a twin as JSON: {"temperature":21.4,"on":"ON"}. What
// is not known is null.
func AppendState(dst []byte, t *devices.Twin) []byte {
	dst = append(dst, '{')
	for i := range t.Device.Properties {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(dst, '"')
		dst = append(dst, t.Device.Properties[i].Name...) // a slug
		dst = append(dst, '"', ':')
		dst = appendValue(dst, t.States[i].Reported)
	}
	return append(dst, '}')
}

func appendValue(dst []byte, v devices.Value) []byte {
	if n, ok := v.Number(); ok && !math.IsNaN(n) && !math.IsInf(n, 0) {
		return strconv.AppendFloat(dst, n, 'g', -1, 64)
	}
	if on, ok := v.Boolean(); ok {
		return appendText(dst, payloadOf(on))
	}
	if text, ok := v.Text(); ok {
		return appendText(dst, text)
	}
	return append(dst, "null"...)
}

// payloadOf is how a boolean is written.
func payloadOf(on bool) string {
	if on {
		return "ON"
	}
	return "OFF"
}

// appendText writes a JSON string of at most maxState characters.
func appendText(dst []byte, text string) []byte {
	const hex = "0123456789abcdef"
	dst = append(dst, '"')
	count := 0
	for _, r := range text {
		if count++; count > maxState {
			break
		}
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ':
			dst = append(dst, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}
