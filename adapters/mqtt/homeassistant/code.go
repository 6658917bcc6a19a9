package homeassistant

import (
	"crypto/subtle"
	"fmt"
	"regexp"
	"time"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/devices"
)

// codeHolds is how long after it was said a code is there for a command.
const codeHolds = time.Minute

// keypad takes the code that the commands of a lock or an alarm panel want. It holds one
// for the next command of who said it, and never shows it.
type keypad struct {
	part  *part
	form  *regexp.Regexp // that codes have to begin with; nil: any
	right string         // the code, where it is known here; "": the device knows it

	held  string
	by    string // who said it
	until time.Time
}

// keypad gives e a property for a code.
func (e *entity) keypad(form *regexp.Regexp, right string) *keypad {
	k := &keypad{form: form, right: right}
	k.part = e.add(devices.Property{Name: "code", Type: devices.TypeText, Class: "code", Writable: true, Secret: true})
	k.part.order = k.say
	return k
}

// say holds a code until it is used.
func (k *keypad) say(o *ordering, v devices.Value) ([]convention.Message, error) {
	code, _ := v.Text()
	if code == "" || k.form != nil && !k.form.MatchString(code) {
		return nil, fmt.Errorf("%s: %w: a code of another form, want %s", k.part.property.Name, devices.ErrRange, k.wanted())
	}
	k.held, k.by, k.until = code, o.by, o.now.Add(codeHolds)
	return nil, nil
}

func (k *keypad) wanted() string {
	if k.form == nil {
		return "one that is not empty"
	}
	return shorten(k.form.String())
}

// take returns the code that was said for the command that o is, and forgets it. It
// returns the zero Value where there is none and none is needed.
func (k *keypad) take(o *ordering, needed bool) (devices.Value, error) {
	if !o.now.Before(k.until) {
		k.forget()
	}
	code := ""
	if o.by == k.by {
		code = k.held
		k.forget()
	}
	switch {
	case code == "" && needed:
		return devices.Value{}, &devices.CodeError{Property: k.part.property.Name}
	case code == "":
		return devices.Value{}, nil
	case needed && k.right != "" && subtle.ConstantTimeCompare([]byte(code), []byte(k.right)) != 1:
		return devices.Value{}, &devices.CodeError{Property: k.part.property.Name, Wrong: true}
	}
	return devices.Text(code), nil
}

func (k *keypad) forget() { k.held, k.by, k.until = "", "", time.Time{} }

// guard has the command p take a code from k before anything is sent, which needed says
// to be there, and templates know it. p may be nil.
func (k *keypad) guard(p *part, needed func(option string) bool) {
	if p == nil {
		return
	}
	send := p.order
	p.order = func(o *ordering, v devices.Value) ([]convention.Message, error) {
		option, _ := v.Text()
		code, err := k.take(o, needed(option))
		if err != nil {
			return nil, err
		}
		o.coded, o.code = true, code
		return send(o, v)
	}
}
