package homeassistant

import (
	"strings"

	"thingbridge/adapters/mqtt/template"
	"thingbridge/devices"
)

// firmware is what an update tells: which version runs, and which there is.
type firmware struct {
	installed, latest, available *part
	ofInstalled, ofLatest        *template.Template
	notes                        []note
}

// note is what an update tells of the newest version besides: what is new, and where one
// can read of it.
type note struct {
	part *part
	view *template.Template
}

// update tells whether there is a newer version, and may install it.
func update(s *spec, e *entity) {
	f := &firmware{ofInstalled: s.compile("{{ value_json.installed_version }}"), ofLatest: s.compile("{{ value_json.latest_version }}")}
	f.installed = e.add(devices.Property{Name: "installed_version", Type: devices.TypeText})
	f.latest = e.add(devices.Property{Name: "latest_version", Type: devices.TypeText})
	f.available = e.add(devices.Property{Name: "update_available", Type: devices.TypeBoolean, Class: "update"})
	installs := s.text("command_topic") != "" && s.has("payload_install")
	if installs {
		word := devices.Text(s.text("payload_install"))
		p := e.add(devices.Property{Name: "install", Type: devices.TypeEnum, Options: []string{"install"}})
		e.writes(s, "command_topic", "command_template", p, func(devices.Value) devices.Value { return word })
	}
	f.annotate(s, e)
	view := s.template("value_template")
	e.listen(s.topic("state_topic"), func(h *hearing) error {
		text, err := h.render(view)
		if err != nil || len(text) == 0 {
			return err
		}
		if !isObject(text) {
			f.version(h, f.installed, text)
			f.judge(h)
			return nil
		}
		h.open(text)
		for _, one := range []struct {
			p    *part
			view *template.Template
		}{{f.installed, f.ofInstalled}, {f.latest, f.ofLatest}} {
			if text, err = h.field(one.view); err != nil {
				return err
			}
			f.version(h, one.p, text)
		}
		for i := range f.notes {
			h.fieldOf(f.notes[i].part, f.notes[i].view, f.notes[i].part.text)
		}
		f.judge(h)
		return nil
	})
	latest := s.template("latest_version_template")
	e.listen(s.topic("latest_version_topic"), func(h *hearing) error {
		text, err := h.render(latest)
		if err == nil {
			f.version(h, f.latest, text)
			f.judge(h)
		}
		return err
	})
	if len(e.listeners) == 0 && !installs {
		s.fail("an update needs state_topic, latest_version_topic or command_topic with payload_install")
	}
}

// annotate adds the notes that e tells, or may tell: its states are made by no template
// that leaves them out.
func (f *firmware) annotate(s *spec, e *entity) {
	template, states := s.text("value_template"), s.text("state_topic") != ""
	for _, name := range []string{"title", "release_summary", "release_url"} {
		says := states && (template == "" && s.text("latest_version_topic") == "" || strings.Contains(template, name))
		if !says && !s.has(name) {
			continue
		}
		p := e.add(devices.Property{Name: name, Type: devices.TypeText, Category: devices.Diagnostic})
		if text := s.text(name); text != "" {
			p.initial = devices.Text(clip(text))
		}
		if says {
			f.notes = append(f.notes, note{p, s.compile("{{ value_json." + name + " }}")})
		}
	}
}

// version takes a version.
func (f *firmware) version(h *hearing, p *part, text []byte) {
	if isNothing(text) {
		return
	}
	v, err := p.text(text)
	if err != nil {
		h.fault(p, err)
		return
	}
	h.report(p, v)
}

// judge says whether there is a newer version.
func (f *firmware) judge(h *hearing) {
	if !f.installed.last.IsZero() && !f.latest.last.IsZero() {
		h.report(f.available, devices.Boolean(f.installed.last != f.latest.last))
	}
}
