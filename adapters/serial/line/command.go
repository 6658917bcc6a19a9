package line

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"

	"thingbridge/devices"
)

// maxCommand is the longest command, in bytes.
const maxCommand = 512

// part is a piece of a command: text, or what stands in its place.
type part struct {
	text     string // if verb is empty
	verb     string // value, device or checksum
	decimals int    // of a value; -1: as many as it has
}

// command is the text that carries a command to a device, with places for what is
// different each time.
type command struct{ parts []part }

// newCommand reads a template. Braces that hold no place are text: commands can be
// JSON.
func newCommand(text string) *command {
	c := &command{}
	for text != "" {
		at := strings.IndexByte(text, '{')
		if at < 0 {
			c.parts = append(c.parts, part{text: text})
			break
		}
		p, n := readPlace(text[at:])
		if n == 0 {
			n = 1
			p = part{text: "{"}
		}
		if at > 0 {
			c.parts = append(c.parts, part{text: text[:at]})
		}
		c.parts = append(c.parts, p)
		text = text[at+n:]
	}
	return c
}

// readPlace reads {value}, {value:1}, {device} or {checksum} at the beginning of text.
func readPlace(text string) (p part, length int) {
	end := strings.IndexByte(text, '}')
	if end < 0 {
		return part{}, 0
	}
	verb, format, formatted := strings.Cut(text[1:end], ":")
	switch verb {
	case "device", "checksum":
		if formatted {
			return part{}, 0
		}
		return part{verb: verb}, end + 1
	case "value":
		decimals := -1
		if formatted {
			n, err := strconv.ParseUint(format, 10, 8)
			if err != nil || n > 9 {
				return part{}, 0
			}
			decimals = int(n)
		}
		return part{verb: verb, decimals: decimals}, end + 1
	}
	return part{}, 0
}

// has reports whether the template has a place for verb.
func (c *command) has(verb string) bool {
	for _, p := range c.parts {
		if p.verb == verb {
			return true
		}
	}
	return false
}

// encode returns what is sent to give a property a value.
func (c *Codec) encode(d *device, b *binding, v devices.Value) ([]byte, error) {
	var out []byte
	for _, p := range b.write.parts {
		switch p.verb {
		case "":
			out = append(out, p.text...)
		case "device":
			out = append(out, d.wire...)
		case "checksum":
			if c.checksum != nil {
				out = c.checksum.format(out, out)
			}
		case "value":
			out = c.appendValue(out, b, v, p.decimals)
		}
	}
	if len(out) > maxCommand {
		return nil, fmt.Errorf("%s: %w: a command of %d bytes, want at most %d", b.property.Name, devices.ErrRange, len(out), maxCommand)
	}
	return out, nil
}

// appendValue appends a value as the device writes it.
func (c *Codec) appendValue(dst []byte, b *binding, v devices.Value, decimals int) []byte {
	if n, ok := v.Number(); ok {
		n = tidy((n - b.offset) / b.scale)
		return strconv.AppendFloat(dst, n, 'f', decimals, 64)
	}
	if on, ok := v.Boolean(); ok {
		if on {
			return append(dst, b.on...)
		}
		return append(dst, b.off...)
	}
	text, _ := v.Text()
	if c.format != JSON {
		return append(dst, text...)
	}
	for i := range len(text) {
		if text[i] == '"' || text[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, text[i])
	}
	return dst
}

// tidy returns the nearest short decimal: 21.4, not 21.400000000000002.
func tidy(n float64) float64 {
	if math.IsNaN(n) || math.IsInf(n, 0) {
		return n
	}
	short, err := strconv.ParseFloat(strconv.FormatFloat(n, 'g', 12, 64), 64)
	if err != nil {
		return n
	}
	return short
}

// escapes are what unescape knows behind a backslash, beside x and two digits.
var escapes = map[byte]byte{'r': '\r', 'n': '\n', 't': '\t', '\\': '\\', '0': 0, 'e': 0x1b}

// unescape replaces escapes such as \r, which arrive as two characters where a text
// stands in single quotes or none.
func unescape(text string) string {
	if !strings.Contains(text, `\`) {
		return text
	}
	var out bytes.Buffer
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		if text[i+1] == 'x' && i+3 < len(text) {
			if n, err := strconv.ParseUint(text[i+2:i+4], 16, 8); err == nil {
				out.WriteByte(byte(n))
				i += 3
				continue
			}
		}
		if c, ok := escapes[text[i+1]]; ok {
			out.WriteByte(c)
			i++
			continue
		}
		out.WriteByte('\\')
	}
	return out.String()
}
