package main

import (
	"errors"
	"strings"

	"thingbridge/devices"
)

// codeOf is the code of a service call, "" where it has none.
func (st *step) codeOf(service string) string {
	if code := st.Data.text("code"); code != "" || !strings.HasPrefix(service, "alarm_") {
		return code
	}
	return st.argument()
}

// key says a code to e before a command, where it takes one. Whether it is taken shows in
// what the command does.
func (s *scene) key(e *entity, code string) {
	if p := s.property(e, "code"); p != nil && code != "" {
		_, _ = s.order(e.device, p.Name, devices.Text(code))
	}
}

// usualCodes are codes of which each lock takes one, unless it knows which.
var usualCodes = []string{"1234", "123456", "sample"}

// unlocked is what came of a command that was refused for want of a code, with one.
func (h *house) unlocked(o outcome, id devices.ID) outcome {
	wants := (*devices.CodeError)(nil)
	if !errors.As(o.err, &wants) {
		return o
	}
	for _, code := range usualCodes {
		if _, err := h.order(id, wants.Property, devices.Text(code)); err == nil {
			before := h.readings
			o.messages, o.err = h.order(id, o.property.Name, o.value)
			o.reported = h.readings > before
			return o
		}
	}
	return o
}

// codeFormat is what Home Assistant would say of the codes that e takes, as JSON.
func (s *scene) codeFormat(e *entity) string {
	p := s.property(e, "code")
	if p == nil {
		return "null"
	}
	if _, err := s.order(e.device, p.Name, devices.Text("sample")); err != nil {
		return `"number"`
	}
	return `"text"`
}
