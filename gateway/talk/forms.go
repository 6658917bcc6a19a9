package talk

import (
	"fmt"
	"slices"

	"thingbridge/devices"
	"thingbridge/gateway/access"
)

// formWords are the words of forms, in one language.
type formWords struct {
	titles                  map[string]string // of actions, by name
	list, unchanged         string
	change, choose, nudge   string // instructions: of values; of an option; label of how far
	required, unknownOption string // label; text, label
}

func (w *formWords) missing(f *Field) string { return fmt.Sprintf(w.required, f.Label) }

func (w *formWords) notOffered(f *Field, text string) string {
	return fmt.Sprintf(w.unknownOption, shorten(text), f.Label)
}

// setForm asks for what people change.
func setForm(req *Request, words *language, _ Values) Stage {
	return changeForm(req, words, func(p *devices.Property) bool { return p.Category != devices.Setting })
}

// settingsForm asks for how the device is set up.
func settingsForm(req *Request, words *language, _ Values) Stage {
	return changeForm(req, words, func(p *devices.Property) bool { return p.Category == devices.Setting })
}

// changeForm asks for such of what can be set, the most important first.
func changeForm(req *Request, words *language, such func(*devices.Property) bool) Stage {
	s := Stage{Instructions: words.forms.change}
	room := maxStage
	for _, i := range byImportance(req.Twin.Device) {
		p := &req.Twin.Device.Properties[i]
		if !p.Writable || !such(p) {
			continue
		}
		f := words.field(&req.Twin, p)
		if size := f.size(); size <= room {
			room -= size
			s.Fields = append(s.Fields, f)
		}
	}
	return s
}

// nudgeForm asks how far to move the setpoint.
func nudgeForm(req *Request, words *language, _ Values) Stage {
	p := setpoint(req.Twin.Device)
	if p == nil {
		return Stage{}
	}
	how := &devices.Property{Name: by, Type: devices.TypeNumber, Unit: p.Unit, Step: p.Step, Writable: true}
	f := words.field(&devices.Twin{Device: req.Twin.Device}, how)
	f.Label = words.forms.nudge
	if p.Unit != "" {
		f.Label += " (" + p.Unit + ")"
	}
	f.Default = []string{devices.Number(degree(p)).String()}
	return Stage{Fields: []Field{f}}
}

// minutesForm asks how long something is to go on.
func minutesForm(name string) stage[*Request] {
	return func(req *Request, words *language, _ Values) Stage {
		p, ok := req.Twin.Device.Property(name)
		if !ok {
			return Stage{}
		}
		f := words.field(&req.Twin, p)
		f.Default = []string{halfAnHour}
		return Stage{Fields: []Field{f}}
	}
}

// enumActions returns an action for each enum that can be set, under the name of
// its property. In a chat the property's own name does.
func enumActions(d *devices.Device) []action[*Request] {
	var all []action[*Request]
	for i := range d.Properties {
		p := &d.Properties[i]
		taken := func(a action[*Request]) bool { return a.name == p.Name }
		if !p.Writable || p.Type != devices.TypeEnum || p.Category != devices.Primary || slices.ContainsFunc(actions(), taken) {
			continue
		}
		all = append(all, action[*Request]{
			name: p.Name, role: access.Control, asks: true, run: runSet,
			stages: []stage[*Request]{func(req *Request, words *language, _ Values) Stage {
				f := words.field(&req.Twin, p)
				f.Required = true
				return Stage{Instructions: words.forms.choose, Fields: append([]Field{f}, words.codeFields(&req.Twin)...)}
			}},
		})
	}
	return all
}
