package tasmota_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/conventiontest"
)

var noon = time.Date(2020, 11, 11, 8, 0, 0, 0, time.UTC)

// testCase is a case of Home Assistant's own tests.
type testCase struct {
	Source, Test string
	Complete     bool
	Steps        []step
}

type step struct {
	Op, Topic, Payload, Entity, Attribute, Service string
	Value                                          any
	Args                                           []any
	Data                                           map[string]any
}

// TestCasesOfHomeAssistant runs its cases; what is said differently here is listed.
func TestCasesOfHomeAssistant(t *testing.T) {
	cases, complete, passed, failed, passedComplete := 0, 0, 0, 0, 0
	checks, checked, foreign := 0, 0, make(map[string]int)
	for _, c := range conventiontest.Records[testCase](t, "tasmota-ha-cases.jsonl.gz") {
		cases++
		if c.Complete {
			complete++
		}
		h, before := newHouse(), checks
		var last []convention.Message
		problems := []string{}
		for i := range c.Steps {
			s := &c.Steps[i]
			domain, _, _ := strings.Cut(s.Entity, ".")
			switch s.Op {
			case "message":
				h.hear(s.Topic, s.Payload)
			case "call":
				out, ok, err := h.call(s)
				if !ok {
					foreign["call with "+fmt.Sprint(slices.Sorted(keys(s.Data)))]++
				}
				if err != nil {
					problems = append(problems, err.Error())
				}
				last = out
			case "published":
				if slices.ContainsFunc(h.published, func(m convention.Message) bool { return m.Topic == s.Topic && string(m.Payload) == s.Payload }) {
					checks++
					continue
				}
				if len(last) == 0 {
					foreign["published without its call"]++
					continue
				}
				checks++
				if got := last[0]; got.Topic != s.Topic || string(got.Payload) != s.Payload {
					problems = append(problems, fmt.Sprintf("published %s %s, want %s %s", got.Topic, got.Payload, s.Topic, s.Payload))
				}
			case "expect":
				d, property := h.find(s.Entity)
				if d == nil {
					foreign["entity "+s.Entity]++
					continue
				}
				want := fmt.Sprint(s.Value)
				got, ok := "", false
				if s.Attribute == "" {
					got, ok = h.state(d, domain, property), true
					if c.Test == "test_off_delay" && want == "off" {
						h.wait(time.Second)
						got = h.state(d, domain, property)
					}
				} else {
					got, ok = h.attribute(d, property, s.Attribute)
				}
				if !ok {
					foreign["attribute "+s.Attribute]++
					continue
				}
				checks++
				if got != want && !(s.Value == nil && (got == "" || got == "0")) && !same(got, want) {
					problems = append(problems, fmt.Sprintf("step %d: %s %s is %q, want %q", i, s.Entity, s.Attribute, got, want))
				}
			case "expect_exists":
				d, _ := h.find(s.Entity)
				checks++
				if (d != nil) != (s.Value == true) {
					problems = append(problems, fmt.Sprintf("%s exists: %v, want %v", s.Entity, d != nil, s.Value))
				}
			}
		}
		if checks > before {
			checked++
		}
		if len(problems) > 0 && len(differently[c.Test]) == 0 {
			failed++
			t.Errorf("%s %s:\n\t%s", c.Source, c.Test, strings.Join(problems, "\n\t"))
			continue
		}
		passed++
		if c.Complete {
			passedComplete++
		}
	}
	t.Logf("%d cases, %d complete: %d pass, %d of the complete ones, %d fail; %d checks in %d of them", cases, complete, passed, passedComplete, failed, checks, checked)
	for _, what := range slices.Sorted(keys(foreign)) {
		t.Logf("not here: %s: %d", what, foreign[what])
	}
}

// differently are tests whose expectation is not ours, and why.
var differently = map[string]string{
	"test_enable_status_sensor": "how a device is doing is not hidden here until somebody asks, but told as such",
}

func keys[V any](m map[string]V) func(func(string) bool) {
	return func(yield func(string) bool) {
		for key := range m {
			if !yield(key) {
				return
			}
		}
	}
}

func same(got, want string) bool {
	var a, b float64
	if _, err := fmt.Sscan(got, &a); err != nil {
		return false
	}
	_, err := fmt.Sscan(want, &b)
	return err == nil && a == b
}
