package main

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// A path into a payload, which most templates are, is followed here and not by the
// template package.
var (
	pathTemplate = regexp.MustCompile(`^\s*\{\{\s*value_json((?:\.\w+|\[['"][^'"\]]+['"]\]|\[\d+\])+)\s*\}\}\s*$`)
	pathStep     = regexp.MustCompile(`\.(\w+)|\[['"]([^'"\]]+)['"]\]|\[(\d+)\]`)
)

// render is what a template makes of a payload. ok is false where it cannot be
// rendered, as when what it names is absent.
func render(text, payload string) (out string, ok bool) {
	if text == "" {
		return payload, true
	}
	if path := pathTemplate.FindStringSubmatch(text); path != nil {
		return follow([]byte(payload), pathStep.FindAllStringSubmatch(path[1], -1))
	}
	t, err := template.Compile(text)
	if err != nil {
		return "", false
	}
	var m template.Message
	m.Reset([]byte(payload), time.Now())
	made, err := t.Append(nil, &m)
	return string(made), err == nil
}

// follow goes along a path of a JSON text.
func follow(raw json.RawMessage, steps [][]string) (string, bool) {
	for _, step := range steps {
		var next json.RawMessage
		if step[3] != "" {
			var list []json.RawMessage
			i, err := strconv.Atoi(step[3])
			if json.Unmarshal(raw, &list) != nil || err != nil || i >= len(list) {
				return "", false
			}
			next = list[i]
		} else {
			next = object(raw)[step[1]+step[2]]
		}
		if next == nil {
			return "", false
		}
		raw = next
	}
	if string(raw) == "null" {
		return "None", true
	}
	return plain(raw), true
}

// command is what a command template makes of a value; without a template, the value.
func command(text, value string, names ...string) string {
	if text == "" {
		return value
	}
	t, err := template.Compile(text)
	if err != nil {
		return ""
	}
	var m template.Message
	m.Reset(nil, time.Now())
	v := devices.Text(value)
	if n, err := strconv.ParseFloat(value, 64); err == nil {
		v = devices.Number(n)
	}
	m.SetValue(v)
	for _, name := range names {
		m.Set(name, v)
	}
	made, err := t.Append(nil, &m)
	if err != nil {
		return ""
	}
	return string(made)
}

// nothing reports whether a rendered text carries no value.
func nothing(text string) bool {
	switch strings.TrimSpace(text) {
	case "", "None", "null", "unknown", "unavailable":
		return true
	}
	return false
}

// samePayload reports whether two payloads say the same: the same text, the same number
// or the same JSON, however it is spaced and ordered.
func samePayload(got, want string) bool {
	if got == want {
		return true
	}
	a, errA := strconv.ParseFloat(got, 64)
	b, errB := strconv.ParseFloat(want, 64)
	if errA == nil && errB == nil {
		return near(a, b)
	}
	return sameJSON([]byte(got), []byte(want))
}

func sameJSON(a, b json.RawMessage) bool {
	fa, fb := object(a), object(b)
	if fa != nil && fb != nil {
		if len(fa) != len(fb) {
			return false
		}
		for key, raw := range fa {
			other, ok := fb[key]
			if !ok || !sameJSON(raw, other) {
				return false
			}
		}
		return true
	}
	var la, lb []json.RawMessage
	if json.Unmarshal(a, &la) == nil && json.Unmarshal(b, &lb) == nil && la != nil && lb != nil {
		if len(la) != len(lb) {
			return false
		}
		for i := range la {
			if !sameJSON(la[i], lb[i]) {
				return false
			}
		}
		return true
	}
	var na, nb float64
	if json.Unmarshal(a, &na) == nil && json.Unmarshal(b, &nb) == nil {
		return near(na, nb)
	}
	return json.Valid(a) && json.Valid(b) && plain(a) == plain(b)
}

// near reports whether two numbers are the same but for rounding.
func near(a, b float64) bool {
	return math.Abs(a-b) <= 1e-9*max(1, math.Abs(a), math.Abs(b))
}

// compiles reports whether a text is a template that is understood.
func compiles(text string) bool {
	_, err := template.Compile(text)
	return err == nil
}
