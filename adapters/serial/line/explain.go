package line

import (
	"bytes"
)

// Explain implements [codec.Codec].
func (c *Codec) Explain(dst, frame []byte) []byte {
	sent := bytes.TrimSpace(frame)
	switch {
	case c.poll != nil && c.poll.isEcho(sent):
		return append(dst, "question for values"...)
	case c.exchanges.isEcho(sent):
		return append(append(dst, "command "...), shorten(sent)...)
	}
	text, err := c.text(frame)
	if err != nil {
		return append(dst, err.Error()...)
	}
	if len(text) == 0 {
		return append(dst, "a message of the system"...)
	}
	fields, err := c.reader.read(nil, text)
	switch {
	case err != nil:
		return append(dst, err.Error()...)
	case len(fields) == 0:
		return append(append(dst, "text: "...), shorten(text)...)
	}
	return c.explainFields(dst, fields)
}

// explainFields writes "kitchen: temperature 21.5 °C, humidity 40 %".
func (c *Codec) explainFields(dst []byte, fields []field) []byte {
	where := c.devices
	for i := range fields {
		if c.key == "" || string(fields[i].key) != c.key {
			continue
		}
		where = nil
		dst = append(append(dst, "device "...), shorten(fields[i].value)...)
		if d, ok := c.byWire[string(bytes.TrimSpace(fields[i].value))]; ok {
			where = []*device{d}
			dst = append(append(append(dst, " ("...), d.id...), ')')
		}
		dst = append(dst, ": "...)
	}
	begin := len(dst)
	for i := range fields {
		if c.key != "" && string(fields[i].key) == c.key {
			continue
		}
		if len(dst) > begin {
			dst = append(dst, ", "...)
		}
		dst = explainField(dst, &fields[i], where)
	}
	return dst
}

// explainField writes a field by the property that it is of, or as it is.
func explainField(dst []byte, f *field, where []*device) []byte {
	for _, d := range where {
		b := d.byKey[string(f.key)]
		if b == nil {
			continue
		}
		value, err := (&binding{property: b.property, unit: b.unit, scale: b.scale, offset: b.offset, on: b.on, off: b.off}).parse(f)
		dst = append(append(dst, b.property.Name...), ' ')
		switch {
		case err != nil:
			return append(dst, err.Error()...)
		case value.IsZero():
			return append(dst, "no value"...)
		}
		return b.property.AppendFormat(dst, value)
	}
	dst = append(append(dst, shorten(f.key)...), ' ')
	if f.null {
		return append(dst, "no value"...)
	}
	return append(dst, shorten(f.value)...)
}
