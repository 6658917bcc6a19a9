package talk

import (
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"thingbridge/devices"
)

// Done answers for a command that was executed: twin is the device afterwards,
// and err what went wrong, or nil. A value that the device has confirmed is
// named as a fact, one that it has not as a wish.
func Done(cmd devices.Command, twin *devices.Twin, err error, lang Lang) string {
	words := speak(lang)
	p, ok := twin.Device.Property(cmd.Property)
	if !ok {
		return fmt.Sprintf(words.unavailable, twin.Device.Title())
	}
	if err != nil {
		return words.failure(twin, p, cmd, err)
	}
	if p.Secret {
		return fmt.Sprintf(words.handedOver, words.labelOf(twin.Device, p))
	}
	state, _ := twin.State(cmd.Property)
	value := words.format(p, p.Round(cmd.Value))
	if state.Desired.IsZero() && !state.Reported.IsZero() {
		return fmt.Sprintf(words.done, words.labelOf(twin.Device, p), words.format(p, state.Reported))
	}
	return fmt.Sprintf(words.pending, words.labelOf(twin.Device, p), value)
}

func (l *language) failure(twin *devices.Twin, p *devices.Property, cmd devices.Command, err error) string {
	if code := (*devices.CodeError)(nil); errors.As(err, &code) {
		return l.wantsCode(twin.Device, code)
	}
	for _, refused := range []error{devices.ErrRange, devices.ErrType, devices.ErrOption} {
		if errors.Is(err, refused) {
			return l.refusal(p, cmd.Value.String(), err)
		}
	}
	if errors.Is(err, devices.ErrNotWritable) {
		return l.cannotSet(p)
	}
	return fmt.Sprintf(l.unavailable, twin.Device.Title())
}

// Interrupted answers for a command during which the gateway was killed: it says
// how the property is, for what became of the wish is not known.
func Interrupted(twin *devices.Twin, property, wish string, lang Lang) string {
	words := speak(lang)
	p, ok := twin.Device.Property(property)
	if !ok {
		return fmt.Sprintf(words.interrupted, property, wish)
	}
	if p.Secret {
		return fmt.Sprintf(words.halfway, words.label(p))
	}
	return fmt.Sprintf(words.interrupted, words.label(p), words.number(wish)) + "\n" + words.value(twin, p)
}

// TooOld answers a command that was under way for too long to be obeyed.
func TooOld(age time.Duration, lang Lang) string {
	words := speak(lang)
	return fmt.Sprintf(words.delayed, words.duration(age))
}

// refusal says why text cannot be a value of p, and what could be.
func (l *language) refusal(p *devices.Property, text string, err error) string {
	if p.Type == devices.TypeText {
		return fmt.Sprintf(l.unfit, l.label(p))
	}
	text = shorten(text)
	if errors.Is(err, devices.ErrRange) {
		value, _ := p.Parse(text)
		number, _ := value.Number()
		format := l.tooHigh
		if number < p.Min {
			format = l.tooLow
		}
		return fmt.Sprintf(format, l.format(p, value), l.label(p), l.rangeOf(p))
	}
	if p.Type == devices.TypeEnum {
		return fmt.Sprintf(l.notAnOption, text, l.label(p), strings.Join(p.Options, ", "))
	}
	return fmt.Sprintf(l.notANumber, text, l.label(p), l.example(p))
}

// example returns a value that p could have.
func (l *language) example(p *devices.Property) string {
	if p.Type == devices.TypeBoolean {
		return l.format(p, devices.Boolean(true))
	}
	return l.format(p, devices.Number(middle(p)))
}

// middle returns a number that p could have.
func middle(p *devices.Property) float64 {
	number := 20.0
	if p.Bounded() && (number < p.Min || number > p.Max) {
		number = p.Min
		if math.IsInf(number, 0) {
			number = p.Max
		}
	}
	number, _ = p.Round(devices.Number(number)).Number()
	return number
}
