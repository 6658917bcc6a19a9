package homie_test

import (
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"thingbridge/devices"
)

// FuzzDecode holds that whatever devices say of themselves, and in whatever order,
// what is announced is valid, readings fit it, and commands are never empty.
func FuzzDecode(f *testing.F) {
	f.Add(thermostat)
	f.Add("homie/5/b/$description " + strings.ReplaceAll(five, "\n", "") + "\nhomie/5/b/main/left PT1H\nhomie/5/b/$alert/1 x\nhomie/5/b/$state lost")
	f.Add("homie/x/$nodes a[],b\nhomie/x/a/$array 0-3\nhomie/x/a/$properties p[1-2]:settable\nhomie/x/a_1/p_1 1\nhomie/x/$state init")
	f.Add("h/5/x/$description {\"homie\":\"5.0\",\"nodes\":{\"a\":{\"properties\":{\"problem\":{\"datatype\":\"enum\",\"format\":\"1,2\",\"settable\":true}}}}}")
	f.Add("homie/5/x/$description {\"homie\":\"5.0\",\"nodes\":{\"a\":{\"properties\":{\"p\":{},\"p\":{\"datatype\":\"float\"}}}}}")
	f.Fuzz(func(t *testing.T, lines string) {
		h := newHouse()
		for line := range strings.Lines(lines) {
			topic, payload, _ := strings.Cut(strings.TrimSpace(line), " ")
			h.hear(topic, payload)
			if strings.HasSuffix(payload, "!") {
				h.settle()
			}
		}
		h.settle()
		// A property may change its type: what counts is the device as it was then,
		// and that is what the last announcement says of what can be commanded.
		known := make(map[devices.ID][]*devices.Device)
		for _, d := range h.all.Announced {
			if err := d.Validate(); err != nil {
				t.Fatalf("device is not valid: %v", err)
			}
			known[d.ID] = append(known[d.ID], d)
		}
		for _, r := range h.all.Readings {
			fits := false
			for _, d := range known[r.Device] {
				if p, ok := d.Property(r.Property); ok {
					err := p.Check(r.Value)
					fits = fits || err == nil || errors.Is(err, devices.ErrRange) && p.Writable
				}
			}
			if text, _ := r.Value.Text(); !fits || !utf8.ValidString(text) {
				t.Errorf("reading of no use: %+v", r)
			}
		}
		for i := range h.all.Faults {
			if text := h.all.Faults[i].Error(); len(text) > 1500 {
				t.Errorf("fault is %d bytes long", len(text))
			}
		}
		for _, all := range known {
			d := all[len(all)-1]
			for i := range d.Properties {
				p := &d.Properties[i]
				got, err := h.Command(devices.Command{Device: d.ID, Property: p.Name, Value: wish(p)}, noon)
				if err == nil && (len(got) != 1 || len(got[0].Payload) == 0 || got[0].Retain || !strings.HasSuffix(got[0].Topic, "/set")) {
					t.Errorf("%s: command %+v", p.Name, got)
				}
			}
		}
	})
}
