package main

import (
	"bytes"
	"encoding/json"
	"maps"
	"strconv"
	"strings"
)

// fields is a JSON object whose values are read when they are needed.
type fields map[string]json.RawMessage

// object reads a JSON object; nil when it is none.
func object(text []byte) fields {
	var f fields
	if json.Unmarshal(text, &f) != nil {
		return nil
	}
	return f
}

// text is a value as a text: strings without their quotes, numbers as they are
// written, booleans as Python writes them. An absent one and null are "".
func (f fields) text(key string) string { return plain(f[key]) }

// textOr is text, or instead where there is none.
func (f fields) textOr(key, instead string) string {
	if raw, ok := f[key]; ok && string(raw) != "null" {
		return plain(raw)
	}
	return instead
}

// number is a value as a number, also where it is written as a string.
func (f fields) number(key string, instead float64) float64 {
	if n, err := strconv.ParseFloat(f.text(key), 64); err == nil {
		return n
	}
	return instead
}

// flag reports whether a value is true, or a word for it.
func (f fields) flag(key string) bool {
	switch strings.ToLower(f.text(key)) {
	case "true", "on", "yes", "1":
		return true
	}
	return false
}

// has reports whether there is a value that is not null.
func (f fields) has(key string) bool {
	raw, ok := f[key]
	return ok && string(raw) != "null"
}

// texts is a list of values, each as text has it.
func (f fields) texts(key string) []string {
	var list []json.RawMessage
	if json.Unmarshal(f[key], &list) != nil {
		return nil
	}
	out := make([]string, len(list))
	for i, raw := range list {
		out[i] = plain(raw)
	}
	return out
}

// floats is a list of numbers.
func (f fields) floats(key string) []float64 {
	var list []float64
	if json.Unmarshal(f[key], &list) != nil {
		return nil
	}
	return list
}

// object is a value as an object; nil when it is none.
func (f fields) object(key string) fields { return object(f[key]) }

// plain is a JSON value as Home Assistant's templates print it.
func plain(raw json.RawMessage) string {
	raw = bytes.TrimSpace(raw)
	var s string
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return ""
	case string(raw) == "true":
		return "True"
	case string(raw) == "false":
		return "False"
	case json.Unmarshal(raw, &s) == nil:
		return s
	}
	return string(raw)
}

// expand returns a discovery payload with the long forms of its keys and whole topics.
func (f *folder) expand(payload fields) fields {
	short := f.abbreviations()
	out := make(fields, len(payload))
	for key, raw := range payload {
		if long, ok := short[key]; ok {
			key = long
		}
		out[key] = raw
	}
	base := out.text("~")
	if base == "" {
		return out
	}
	for key := range maps.Keys(out) {
		value := out.text(key)
		if !strings.HasSuffix(key, "topic") || value == "" {
			continue
		}
		switch {
		case strings.HasPrefix(value, "~"):
			value = base + value[1:]
		case strings.HasSuffix(value, "~"):
			value = value[:len(value)-1] + base
		}
		out[key], _ = json.Marshal(value)
	}
	return out
}

// abbreviations are the short forms of discovery keys; empty when their file is absent.
func (f *folder) abbreviations() map[string]string {
	if f.short == nil {
		forms, _ := whole[struct{ Main map[string]string }](f, "ha-abbreviations.json")
		f.short = forms.Main
		if f.short == nil {
			f.short = make(map[string]string)
		}
	}
	return f.short
}
