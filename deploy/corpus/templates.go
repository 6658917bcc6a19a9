package main

import (
	"encoding/json"
	"fmt"
	"time"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// vector is one rendering that Jinja2 with Home Assistant's filters has done.
type vector struct {
	Template string
	Value    json.RawMessage
	Vars     map[string]json.RawMessage
	Expected string
	Error    string
	Shape    string
}

// vectorTime is the time of the renderings.
var vectorTime = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// judgeTemplates renders templates of real devices.
func judgeTemplates(t *tally, f *folder) error {
	vectors, err := lines[vector](f, t.file)
	if err != nil {
		return err
	}
	for i := range vectors {
		v := &vectors[i]
		if wrong := v.judge(); wrong != "" {
			t.bad("shape "+brief(v.Shape), "%s, of %q", wrong, v.Template)
			continue
		}
		t.ok()
	}
	return nil
}

// judge renders v and says what is wrong with the result.
func (v *vector) judge() string {
	compiled, err := template.Compile(v.Template)
	if err != nil {
		return fmt.Sprintf("got %v, want %q %s", err, v.Expected, v.Error)
	}
	var m template.Message
	value := deviceValue(v.Value)
	if text, ok := value.Text(); ok {
		m.Reset([]byte(text), vectorTime)
	} else {
		m.Reset(nil, vectorTime)
		m.SetValue(value)
	}
	for name, raw := range v.Vars {
		m.Set(name, deviceValue(raw))
	}
	got, err := compiled.Append(nil, &m)
	switch {
	case v.Error != "" && err == nil:
		return fmt.Sprintf("got %q, want the error %s", got, v.Error)
	case v.Error == "" && (err != nil || string(got) != v.Expected):
		return fmt.Sprintf("got %q and %v, want %q", got, err, v.Expected)
	}
	return ""
}

// deviceValue is a JSON value as a value of a device.
func deviceValue(raw json.RawMessage) devices.Value {
	var text string
	var number float64
	var boolean bool
	switch {
	case json.Unmarshal(raw, &text) == nil:
		return devices.Text(text)
	case json.Unmarshal(raw, &number) == nil:
		return devices.Number(number)
	case json.Unmarshal(raw, &boolean) == nil:
		return devices.Boolean(boolean)
	}
	return devices.Value{}
}
