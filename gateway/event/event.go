// Package event decides when somebody who wants to be told of changes of a device is
// told: how far its values moved since then, and how much time passed.
package event

import (
	"math"
	"slices"
	"time"

	"thingbridge/devices"
)

// Pause is the shortest time between two messages of one watch.
const Pause = time.Second

// Rule says which changes of one field are worth telling; without By, Up and Down,
// each is.
type Rule struct {
	Field    string
	Known    string  // the value that is known already, as it is written; "" for none
	By       float64 // at least so far, whichever way; 0: not said, as below
	Up, Down float64 // at least so far up, or down
}

// Terms is what is wanted. Without rules, each change of each property is told.
type Terms struct {
	Rules    []Rule
	Min, Max time.Duration // between two messages: at least, at most; 0: not said
	AtOnce   bool          // how it is now is told first

	Of func(*devices.Property) bool // which properties it is about; nil: all
}

// Watch is what one observer of a device was told. The zero time means never.
type Watch struct {
	Terms
	told []fact
	at   time.Time
	due  bool // something is to be told, and Min has not passed
}

type fact struct {
	name  string
	value devices.Value
}

// New returns the watch of an observer who begins to look at t. An observer who knows
// another value than there is is told at once.
func New(terms Terms, t *devices.Twin, now time.Time) *Watch {
	terms.Min = max(terms.Min, Pause)
	w := &Watch{Terms: terms, told: factsOf(t), at: now, due: terms.AtOnce}
	for _, rule := range terms.Rules {
		value := t.Reported(rule.Field)
		if rule.Known != "" && !value.IsZero() && value.String() != rule.Known {
			w.due = true
		}
	}
	if w.due {
		w.at = now.Add(-terms.Min)
	}
	return w
}

func factsOf(t *devices.Twin) []fact {
	facts := make([]fact, len(t.States))
	for i := range t.States {
		facts[i] = fact{t.Device.Properties[i].Name, t.States[i].Reported}
	}
	return facts
}

// Look reports whether the observer is to be told now of how t is, and takes it that
// this is done. Otherwise it says when to look again whatever happens; zero: never.
func (w *Watch) Look(t *devices.Twin, now time.Time) (tell bool, again time.Time) {
	w.due = w.due || w.moved(t)
	switch {
	case w.due && now.Sub(w.at) >= w.Min, w.Max > 0 && now.Sub(w.at) >= w.Max:
		w.told, w.at, w.due = factsOf(t), now, false
		tell = true
	case w.due:
		return false, w.at.Add(w.Min)
	}
	if w.Max > 0 {
		again = w.at.Add(w.Max)
	}
	return tell, again
}

// Lost takes it that what was told last did not arrive.
func (w *Watch) Lost() { w.due = true }

// moved reports whether a value is another than the observer was told, by enough.
func (w *Watch) moved(t *devices.Twin) bool {
	for i := range t.States {
		p, value := &t.Device.Properties[i], t.States[i].Reported
		if w.Of != nil && !w.Of(p) {
			continue
		}
		if before := w.value(p.Name); value != before && w.matters(p.Name, before, value) {
			return true
		}
	}
	return false
}

func (w *Watch) value(name string) devices.Value {
	i := slices.IndexFunc(w.told, func(f fact) bool { return f.name == name })
	if i < 0 {
		return devices.Value{}
	}
	return w.told[i].value
}

func (w *Watch) matters(name string, from, to devices.Value) bool {
	i := slices.IndexFunc(w.Rules, func(r Rule) bool { return r.Field == name })
	if i < 0 {
		return len(w.Rules) == 0
	}
	rule := &w.Rules[i]
	a, wasNumber := from.Number()
	b, isNumber := to.Number()
	if rule.By == 0 && rule.Up == 0 && rule.Down == 0 {
		return true
	}
	if to.IsZero() { // taken back, which is no way to move
		return false
	}
	if !wasNumber || !isNumber {
		return true
	}
	return rule.By > 0 && reaches(math.Abs(b-a), rule.By) || rule.Up > 0 && reaches(b-a, rule.Up) || rule.Down > 0 && reaches(a-b, rule.Down)
}

// reaches compares differences of decimals, which are no decimals themselves.
func reaches(difference, least float64) bool { return difference >= least-1e-9*math.Abs(least) }
