package homeassistant

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// spec is what an announcement says of one entity, by long keys. Methods that find
// something wrong note it, so that a component can read on and be judged at the end.
type spec struct {
	members   map[string]node
	component string
	compiled  *template.Library
	err       error // the first thing that was wrong
}

// fail notes that the announcement cannot be taken, and why. The first reason stays.
func (s *spec) fail(format string, args ...any) {
	if s.err == nil {
		s.err = fmt.Errorf(format, args...)
	}
}

// has reports whether key is there, and not null.
func (s *spec) has(key string) bool { return s.members[key].kind != nullNode }

// need notes which of the keys are missing.
func (s *spec) need(keys ...string) {
	for _, key := range keys {
		if text, ok := s.members[key].plain(); s.members[key].kind == nullNode || ok && text == "" {
			s.fail("a %s needs %s", s.component, key)
		}
	}
}

// text is the text under key, "" where there is none. Truth is "True", as in Home
// Assistant.
func (s *spec) text(key string) string {
	n := s.members[key]
	text, ok := n.plain()
	if !ok && n.kind != nullNode {
		s.fail("%s is a list or an object, want a text", key)
	}
	return text
}

// textOr is the text under key, or instead where there is none.
func (s *spec) textOr(key, instead string) string {
	if !s.has(key) {
		return instead
	}
	return s.text(key)
}

// number is the number under key, which may be written as a text, and whether there
// is one.
func (s *spec) number(key string) (float64, bool) {
	if !s.has(key) {
		return 0, false
	}
	text := s.text(key)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(n, 0) || math.IsNaN(n) {
		s.fail("%s is %q, want a number", key, shorten(text))
		return 0, false
	}
	return n, true
}

// numberOr is the number under key, or instead where there is none.
func (s *spec) numberOr(key string, instead float64) float64 {
	if n, ok := s.number(key); ok {
		return n
	}
	return instead
}

// flag is the truth under key, or instead where there is none. It may be written in
// words.
func (s *spec) flag(key string, instead bool) bool {
	if !s.has(key) {
		return instead
	}
	switch text := s.text(key); text {
	case "True", "true", "TRUE", "1", "yes", "on", "enable", "ON", "Yes":
		return true
	case "False", "false", "FALSE", "0", "no", "off", "disable", "OFF", "No":
		return false
	default:
		s.fail("%s is %q, want true or false", key, shorten(text))
		return instead
	}
}

// texts are the texts of the list under key. One text is a list of one.
func (s *spec) texts(key string) []string {
	n := s.members[key]
	if n.kind != listNode {
		if text, ok := n.plain(); ok {
			return []string{text}
		}
		if n.kind != nullNode {
			s.fail("%s is an object, want a list of texts", key)
		}
		return nil
	}
	if len(n.list) > devices.MaxOptions {
		s.fail("%s has %d entries, at most %d are taken", key, len(n.list), devices.MaxOptions)
		return nil
	}
	out := make([]string, 0, len(n.list))
	for _, entry := range n.list {
		text, ok := entry.plain()
		if !ok || len(text) > devices.MaxText {
			s.fail("%s has an entry that is no text of at most %d bytes", key, devices.MaxText)
			return nil
		}
		out = append(out, text)
	}
	return out
}

// options are the texts under key without those that come twice, which an enum
// cannot have.
func (s *spec) options(key string) []string {
	texts := s.texts(key)
	seen := make(map[string]bool, len(texts))
	out := texts[:0:0]
	for _, text := range texts {
		if text != "" && !seen[text] {
			seen[text] = true
			out = append(out, text)
		}
	}
	return out
}

// topic is the topic under key, "" where there is none. One that is listened to may have
// wildcards.
func (s *spec) topic(key string) string {
	topic := s.text(key)
	check := checkFilter
	if strings.Contains(key, "command") || strings.HasPrefix(key, "set_") {
		check = checkTopic
	}
	if err := check(topic); err != nil {
		s.fail("%s: %w", key, err)
		return ""
	}
	return topic
}

// template is the template under key, nil where there is none: the payload is then
// the value.
func (s *spec) template(key string) *template.Template {
	text := s.text(key)
	if text == "" {
		return nil
	}
	return s.compileAs(key, text)
}

// compile makes a template of a component's own.
func (s *spec) compile(text string) *template.Template { return s.compileAs("template", text) }

func (s *spec) compileAs(key, text string) *template.Template {
	t, err := s.compiled.Compile(self.Replace(text))
	if err != nil {
		s.fail("%s: %w", key, err)
	}
	return t
}

// self writes what a template says of its own entity in the way that can be answered.
var self = strings.NewReplacer("this.state", "states(entity_id)", "this.entity_id", "entity_id", "this.name", "name")

// qos is the quality of service that the entity asks for.
func (s *spec) qos() byte {
	n, ok := s.number("qos")
	if !ok {
		return 0
	}
	if n != 0 && n != 1 && n != 2 {
		s.fail("qos is %v, want 0, 1 or 2", n)
		return 0
	}
	return byte(n)
}

// optimistic reports whether a part is to be believed to do what it was told: it says
// so, or there is no topic on which it reports.
func (s *spec) optimistic(stateTopic string) bool {
	return s.flag("optimistic", false) || s.text(stateTopic) == ""
}

// shorten keeps a stranger's text from filling a line.
func shorten(text string) string {
	const most = 60
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + "…"
}
