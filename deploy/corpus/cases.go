package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// testCase is a test of Home Assistant's own, as data.
type testCase struct {
	Source, Test string
	Line, Case   int
	Config       json.RawMessage // sections by component, each one configuration or a list of them; or a list of such
	Steps        []step
	Complete     bool
}

// step is what a test does or expects.
type step struct {
	Op                                 string
	Topic, Payload, Encoding           string
	QoS                                byte
	Retain                             bool
	Entity, Attribute, Service, Domain string
	Value                              json.RawMessage
	Args                               []json.RawMessage
	Data                               fields
}

// scene is a case while it is played.
type scene struct {
	*house
	tally    *tally
	folder   *folder
	name     string
	entities []*entity // that are there, by the topics of their announcements
	assumed  map[*entity]bool
	sent     []convention.Message // by the last call, and not expected yet
	skipping string               // why what follows a call cannot be expected
	astray   bool                 // a call was left out, on which the rest may depend
}

// judgeCases plays the complete cases of a file. An expectation of a word that only
// Home Assistant has is left out, which is not to be right.
func judgeCases(t *tally, f *folder) error {
	cases, err := lines[testCase](f, t.file)
	if err != nil {
		return err
	}
	for i := range cases {
		if cases[i].Complete {
			if err := play(t, f, &cases[i]); err != nil {
				return err
			}
		}
	}
	return nil
}

// leftOut begins the reason for which a call cannot be made by us, nor by anybody.
const leftOut = "left out: "

func play(t *tally, f *folder, c *testCase) error {
	h, err := newHouse()
	if err != nil {
		return err
	}
	where := strings.TrimSuffix(strings.TrimPrefix(path.Base(c.Source), "test_"), ".py")
	s := &scene{house: h, tally: t, folder: f, name: fmt.Sprintf("%s %s:%d", where, c.Test, c.Case), assumed: make(map[*entity]bool)}
	for _, section := range oneOrMore(c.Config) {
		for _, component := range slices.Sorted(maps.Keys(section)) {
			for _, config := range oneOrMore(section[component]) {
				s.announce(component, len(s.entities), config)
			}
		}
	}
	for i := range c.Steps {
		s.step(&c.Steps[i])
	}
	return nil
}

// oneOrMore are the objects of a list, or one object.
func oneOrMore(raw json.RawMessage) []fields {
	var list []fields
	if json.Unmarshal(raw, &list) == nil {
		return list
	}
	if one := object(raw); one != nil {
		return []fields{one}
	}
	return nil
}

// announce makes an announcement of what a test has in a configuration file.
func (s *scene) announce(component string, i int, config fields) {
	if !config.has("unique_id") {
		config = maps.Clone(config)
		config["unique_id"] = json.RawMessage(fmt.Sprintf(`"case_%d"`, i))
	}
	payload, err := json.Marshal(config)
	if err != nil {
		return
	}
	s.meet(component, message{fmt.Sprintf("homeassistant/%s/case_%d/config", component, i), string(payload), true})
}

// meet publishes an announcement and adds its entity, in the place of one that the same
// topic announced before.
func (s *scene) meet(component string, m message) {
	config := s.folder.expand(object([]byte(m.payload)))
	e, c := s.discover(component, m, config)
	for i, old := range s.entities {
		if old.topic != m.topic {
			continue
		}
		if len(e.properties) == 0 { // nothing is new of it
			e.device, e.properties = old.device, old.properties
		}
		for _, name := range old.properties {
			if !slices.Contains(c.dropped, name) && !slices.Contains(e.properties, name) {
				e.properties = append(e.properties, name)
			}
		}
		s.entities[i] = e
		return
	}
	if len(e.properties) == 0 {
		s.tally.note("not announced: "+component+": "+general(s.complaint()), "%s: %s", s.name, m.payload)
	}
	s.assumed[e] = s.echoes(component, m)
	s.entities = append(s.entities, e)
}

// echoes reports whether a command for what m announces is taken for carried out as
// soon as it is sent. It is tried in a house of its own.
func (s *scene) echoes(component string, m message) bool {
	h, err := newHouse()
	if err != nil {
		return false
	}
	e, _ := h.discover(component, m, nil)
	for _, p := range h.all(e) {
		if p.Writable { // the first is what it is there for
			return slices.ContainsFunc(h.tryAll([]*devices.Property{p}, e.device), func(o outcome) bool { return o.reported })
		}
	}
	return false
}

// step plays one step.
func (s *scene) step(st *step) {
	switch st.Op {
	case "message":
		s.message(st)
	case "expect", "expect_truthy", "expect_falsy", "expect_exists":
		s.expect(st)
	case "call":
		s.sent, s.skipping = nil, ""
		before := len(s.house.published)
		s.skipping = s.call(st)
		s.astray = s.astray || strings.HasPrefix(s.skipping, leftOut)
		s.sent = slices.Clone(s.house.published[before:])
	case "published":
		s.expectMessage(st)
	case "not_published":
		if len(s.sent) > 0 {
			s.tally.bad("something is published, and should not be", "%s: %s %s", s.name, s.sent[0].Topic, s.sent[0].Payload)
			return
		}
		s.tally.ok()
	default:
		s.tally.leave("step "+st.Op, "%s", s.name)
	}
}

func (s *scene) message(st *step) {
	payload := st.Payload
	if st.Encoding == "base64" {
		raw, err := base64.StdEncoding.DecodeString(payload)
		if err == nil {
			payload = string(raw)
		}
	}
	m := message{st.Topic, payload, st.Retain}
	if rest, ok := strings.CutPrefix(st.Topic, "homeassistant/"); ok && strings.HasSuffix(rest, "/config") {
		component, _, _ := strings.Cut(rest, "/")
		s.meet(component, m)
		return
	}
	s.hear(m)
}

// find returns the entity that Home Assistant would give an id.
func (s *scene) find(id string) *entity {
	component, object, _ := strings.Cut(strings.ToLower(id), ".")
	var only *entity
	n := 0
	for _, e := range s.entities {
		if e.component != component {
			continue
		}
		only, n = e, n+1
		for _, key := range []string{"object_id", "default_entity_id", "name"} {
			text := strings.TrimPrefix(e.config.text(key), component+".")
			if text != "" && slugged(text) == object {
				return e
			}
		}
	}
	if n == 1 {
		return only
	}
	return s.stranger(component, object)
}

// expect compares a state or an attribute with what a test expects.
func (s *scene) expect(st *step) {
	e := s.find(st.Entity)
	component, _, _ := strings.Cut(strings.ToLower(st.Entity), ".")
	sort := component + ": state"
	if st.Attribute != "" {
		sort = component + ": " + st.Attribute
	}
	if st.Op == "expect_exists" {
		s.verdict(sort+" exists", string(st.Value), fmt.Sprint(e != nil && len(s.all(e)) > 0))
		return
	}
	if e == nil || len(s.all(e)) == 0 {
		s.tally.bad(component+": is not there", "%s: %s", s.name, st.Entity)
		return
	}
	got, why := s.answer(e, st.Attribute)
	if why != "" {
		s.tally.leave(sort+": "+why, "%s", s.name)
		return
	}
	switch st.Op {
	case "expect_truthy":
		s.verdict(sort, "true", fmt.Sprint(truthy(got)))
	case "expect_falsy":
		s.verdict(sort, "false", fmt.Sprint(truthy(got)))
	default:
		want := string(st.Value)
		if at := plain(st.Value); got == stoppedClock && isTime(at) {
			want = stoppedClock
		}
		if strings.HasSuffix(st.Attribute, "_list") {
			want, got = sorted(want), sorted(got)
		}
		if st.Attribute == "supported_color_modes" {
			want = sorted(want)
		}
		if alikeColours(want, got, st.Attribute) {
			s.tally.ok()
			return
		}
		s.verdict(sort, want, got)
	}
}

// sorted is a list of texts in an order that does not matter.
func sorted(list string) string {
	var texts []string
	if json.Unmarshal([]byte(list), &texts) != nil || texts == nil {
		return list
	}
	slices.Sort(texts)
	raw, err := json.Marshal(texts)
	if err != nil {
		return list
	}
	return string(raw)
}

func truthy(got string) bool {
	switch got {
	case "", "null", "false", "0", `""`, "[]":
		return false
	}
	return true
}

// verdict counts an expectation by what was wanted and what there is, both in JSON.
func (s *scene) verdict(sort, want, got string) {
	if alike(want, got) {
		s.tally.ok()
		return
	}
	s.miss(sort, "want %s, got %s", want, got)
}

// miss counts what is not as expected. After a call that was left out it need not be.
func (s *scene) miss(sort, example string, args ...any) {
	example = s.name + ": " + fmt.Sprintf(example, args...)
	if s.astray {
		s.tally.leave(sort+": after a call that was left out", "%s", example)
		return
	}
	s.tally.bad(sort, "%s", example)
}

// alike compares two JSON values; a number may be written as a text.
func alike(want, got string) bool {
	if sameJSON([]byte(want), []byte(got)) {
		return true
	}
	a, b := plain([]byte(want)), plain([]byte(got))
	return a != "" && b != "" && (samePayload(a, b) || sameTime(a, b))
}

// expectMessage compares what the last call published with what a test expects.
func (s *scene) expectMessage(st *step) {
	component, _, _ := strings.Cut(s.name, " ")
	if s.skipping != "" {
		s.outcome(component, s.skipping)
		return
	}
	for i, m := range s.sent {
		if m.Topic == st.Topic && m.QoS == st.QoS && m.Retain == st.Retain && samePayload(string(m.Payload), st.Payload) {
			s.tally.ok()
			s.sent = slices.Delete(s.sent, i, i+1)
			return
		}
	}
	if s.sameCommands(st.Topic, st.Payload) || s.sameObject(st.Topic, st.Payload) {
		s.tally.ok()
		return
	}
	var got []string
	for _, m := range s.sent {
		got = append(got, fmt.Sprintf("%s %q q%d r%t", m.Topic, m.Payload, m.QoS, m.Retain))
	}
	s.miss(component+": published", "want %s %q q%d r%t, got %s", st.Topic, st.Payload, st.QoS, st.Retain, strings.Join(got, ", "))
}

// outcome counts a message that cannot come, for a call could not be made.
func (s *scene) outcome(component, why string) {
	if rest, ok := strings.CutPrefix(why, leftOut); ok {
		s.tally.leave(component+": "+rest, "%s", s.name)
		return
	}
	s.tally.bad(component+": "+why, "%s", s.name)
}

// judgeCaseMessages hears the messages of all cases of a file, complete or not.
func judgeCaseMessages(t *tally, f *folder) error {
	cases, err := lines[testCase](f, t.file)
	if err != nil {
		return err
	}
	for i := range cases {
		h, err := newHouse()
		if err != nil {
			return err
		}
		for _, st := range cases[i].Steps {
			if st.Op == "message" {
				m := heardMessage{Topic: st.Topic, Payload: st.Payload, Retain: st.Retain}
				if !judgeMessage(t, h, m) {
					judgeUnheard(t, h, m)
				}
			}
		}
	}
	return nil
}
