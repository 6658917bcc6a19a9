package xep

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"thingbridge/gateway/xmpp"
)

// NSEvents is the namespace of events of the Neuro-Foundation: sensor data that is
// sent when it changes.
const NSEvents = "urn:nfi:iot:events:1.0"

// EventRequest asks to be told of changes. How old data may be it says as well, which
// does not matter where only new data is sent.
type EventRequest struct {
	ID         string
	Categories Categories // at least one
	Rules      []EventRule
	Min, Max   time.Duration // between two messages; 0: not said
	AtOnce     bool          // the data as it is now is wanted too
}

// EventRule is about one field; 0 and "" are not said.
type EventRule struct {
	Field, Known string
	By, Up, Down float64
}

// ErrEvents is wrapped by why a request cannot be read.
var ErrEvents = errors.New("not a subscription to events")

// DecodeEventRequest reads a subscription.
func DecodeEventRequest(e *xmpp.Element) (EventRequest, error) {
	r := EventRequest{ID: e.Attr("id")}
	if e.Space != NSEvents || e.Local != "subscribe" || r.ID == "" || len(r.ID) > maxThingName {
		return EventRequest{}, fmt.Errorf("%w: it has no id", ErrEvents)
	}
	var err error
	if r.Categories, err = categoriesOf(e); err != nil {
		return EventRequest{}, fmt.Errorf("%w: %w", ErrEvents, err)
	}
	if r.AtOnce, err = boolAttr(e, "req"); err != nil {
		return EventRequest{}, fmt.Errorf("%w: %w", ErrEvents, err)
	}
	for _, it := range []struct {
		name string
		to   *time.Duration
	}{{"minInt", &r.Min}, {"maxInt", &r.Max}} {
		text := e.Attr(it.name)
		d, ok := parseDuration(text)
		if text != "" && !ok {
			return EventRequest{}, fmt.Errorf("%w: %s is %.40q; write PT5M", ErrEvents, it.name, text)
		}
		*it.to = d
	}
	if r.Max > 0 && r.Max < r.Min {
		return EventRequest{}, fmt.Errorf("%w: maxInt is shorter than minInt", ErrEvents)
	}
	for i := range e.Children {
		child := &e.Children[i]
		if child.Space != NSEvents || child.Local != "f" {
			continue
		}
		rule, err := eventRule(child)
		if len(r.Rules) == maxThingFields {
			return EventRequest{}, fmt.Errorf("%w: more than %d fields", ErrEvents, maxThingFields)
		}
		if err != nil {
			return EventRequest{}, fmt.Errorf("%w: %w", ErrEvents, err)
		}
		r.Rules = append(r.Rules, rule)
	}
	return r, nil
}

func eventRule(e *xmpp.Element) (EventRule, error) {
	r := EventRule{Field: strings.Clone(e.Attr("n")), Known: strings.Clone(e.Attr("v"))} // parts of a stanza
	if r.Field == "" || len(r.Field) > maxThingName || len(r.Known) > maxFormValue {
		return EventRule{}, fmt.Errorf("field %.40q has no name, or says too much", r.Field)
	}
	for _, it := range []struct {
		name string
		to   *float64
	}{{"by", &r.By}, {"up", &r.Up}, {"dn", &r.Down}} {
		text := e.Attr(it.name)
		if text == "" {
			continue
		}
		n, err := strconv.ParseFloat(text, 64)
		if err != nil || !(n >= 0) || math.IsInf(n, 0) {
			return EventRule{}, fmt.Errorf("%s is %.40q, want a number that is not below 0", it.name, text)
		}
		*it.to = n
	}
	return r, nil
}

// maxDuration bounds the times of a subscription.
const maxDuration = 366 * 24 * time.Hour

// parseDuration reads a duration as XML Schema writes it, without years and months,
// which are not always as long.
func parseDuration(text string) (time.Duration, bool) {
	rest, ok := strings.CutPrefix(text, "P")
	days, clock, timed := strings.Cut(rest, "T")
	if !ok || days == "" && clock == "" || timed && clock == "" {
		return 0, false
	}
	total := 0.0 // seconds
	add := func(text, units string, seconds ...float64) bool {
		for i := 0; text != ""; {
			n := strings.IndexAny(text, units[i:])
			if n < 1 || strings.Trim(text[:n], "0123456789.") != "" {
				return false
			}
			number, err := strconv.ParseFloat(text[:n], 64)
			if err != nil {
				return false
			}
			i = strings.IndexByte(units, text[n])
			total += number * seconds[i]
			text = text[n+1:]
			if i++; i == len(units) {
				return text == ""
			}
		}
		return true
	}
	if !add(days, "D", 86_400) || !add(clock, "HMS", 3600, 60, 1) || total > maxDuration.Seconds() {
		return 0, false
	}
	return time.Duration(total * float64(time.Second)), true
}

// AppendAccepted appends that data will be sent.
func AppendAccepted(dst []byte, id string) []byte {
	return closeTag(appendTag(dst, "accepted", "xmlns", NSSensorData, "id", id))
}
