package avatar

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"testing"

	"thingbridge/devices"
)

const maxPNG = 8 << 10 // a vCard with it travels through every server

func looks() []Look {
	var all []Look
	for k := range kinds {
		for s := range states {
			if l := (Look{k, s}); l == l.normal() {
				all = append(all, l)
			}
		}
	}
	return all
}

// With SHEET=FILE all pictures are also written side by side, for a person to look
// at.
func TestPictures(t *testing.T) {
	const gap, columns = 8, 10
	all := looks()
	sheet := image.NewNRGBA(image.Rect(0, 0, gap+columns*(side+gap), gap+(len(all)/columns+1)*(side+gap)))
	largest := 0
	seen := make(map[string]Look)
	var gallery Gallery
	for n, l := range all {
		p := gallery.Picture(l)
		if other, ok := seen[p.ID]; ok {
			t.Errorf("%v looks like %v", l, other)
		}
		seen[p.ID] = l
		largest = max(largest, len(p.PNG))
		if len(p.PNG) > maxPNG {
			t.Errorf("%v: %d bytes, want at most %d", l, len(p.PNG), maxPNG)
		}
		if n%8 == 0 && !bytes.Equal(newPicture(l).PNG, p.PNG) {
			t.Errorf("%v: drawn again it is another", l)
		}
		decoded, err := png.Decode(bytes.NewReader(p.PNG))
		if err != nil {
			t.Fatal(err)
		}
		if size := decoded.Bounds().Size(); size != image.Pt(Side, Side) {
			t.Errorf("%v: size %v", l, size)
		}
		if share := glyphShare(decoded); share < 0.05 || share > 0.5 {
			t.Errorf("%v: the glyph covers %.2f of the picture", l, share)
		}
		at := image.Pt(gap+n%columns*(side+gap), gap+n/columns*(side+gap))
		draw.Draw(sheet, image.Rectangle{at, at.Add(image.Pt(side, side))}, decoded, image.Point{}, draw.Src)
	}
	t.Logf("%d pictures, the largest has %d bytes", len(all), largest)
	if file := os.Getenv("SHEET"); file != "" {
		var out bytes.Buffer
		if err := png.Encode(&out, sheet); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// glyphShare is how much of a picture differs from its background, which is the
// same along a line. Nothing may reach what is cut off where pictures are round.
func glyphShare(img image.Image) float64 {
	n := 0
	for y := range side {
		for x := range side {
			if img.At(x, y) == img.At(0, y) {
				continue
			}
			n++
			if dx, dy := x-side/2, y-side/2; dx*dx+dy*dy > side*side/4 {
				return 1
			}
		}
	}
	return float64(n) / side / side
}

func TestCoverageIsExact(t *testing.T) {
	var c canvas
	c.fill(box(10, 10, 20, 20, 0.001), color.NRGBA{255, 255, 255, 255})
	c.fill(polygon(40, 40, 40.5, 40, 40.5, 41, 40, 41), color.NRGBA{255, 255, 255, 255})
	c.fill(polygon(-50, 60, 400, 60, 400, 61, -50, 61), color.NRGBA{255, 255, 255, 255}) // beyond the edges
	for at, want := range map[image.Point]uint8{{X: 15, Y: 15}: 255, {X: 9, Y: 15}: 0, {X: 30, Y: 15}: 0, {X: 40, Y: 40}: 127, {X: 0, Y: 60}: 255, {X: 127, Y: 60}: 255} {
		if got := c.colour[at.Y*side+at.X].A; got != want {
			t.Errorf("%v: %d, want %d", at, got, want)
		}
	}
	c.erase(disc(20, 20, 3))
	if got := c.colour[20*side+20].A; got != 0 {
		t.Errorf("what was erased: %d", got)
	}
}

func TestGalleryFindsWhatItDrew(t *testing.T) {
	var g Gallery
	want := g.Picture(Look{Thermostat, Heating})
	if got, ok := new(Gallery).Find(Thermostat, want.ID); !ok || got.ID != want.ID {
		t.Error("the picture of another state is not found")
	}
	if _, ok := g.Find(Light, want.ID); ok {
		t.Error("a light has the picture of a thermostat")
	}
}

func TestOf(t *testing.T) {
	number := func(name, class string) devices.Property {
		return devices.Property{Name: name, Type: devices.TypeNumber, Class: class}
	}
	boolean := func(name, class string) devices.Property {
		return devices.Property{Name: name, Type: devices.TypeBoolean, Class: class}
	}
	text := func(name string) devices.Property { return devices.Property{Name: name, Type: devices.TypeText} }
	tests := []struct {
		name  string
		kind  string
		props []devices.Property
		value []devices.Value
		want  Look
	}{
		{"named", "thermostat", []devices.Property{text("action")}, []devices.Value{devices.Text("heating")}, Look{Thermostat, Heating}},
		{"its window is not its state", "thermostat", []devices.Property{boolean("window", "window")}, []devices.Value{devices.Boolean(true)}, Look{Thermostat, Idle}},
		{"a word elsewhere", "light", []devices.Property{text("power_on_behavior")}, []devices.Value{devices.Text("on")}, Look{Light, Idle}},
		{"by an alias", "Media_Player", []devices.Property{text("state")}, []devices.Value{devices.Text("playing")}, Look{Media, On}},
		{"a sensor by its class", "sensor", []devices.Property{number("battery", "battery"), boolean("open", "window")}, []devices.Value{devices.Number(3), devices.Boolean(true)}, Look{Window, Open}},
		{"a contact by its class", "contact", []devices.Property{boolean("open", "window")}, []devices.Value{devices.Boolean(false)}, Look{Window, Idle}},
		{"the most telling class", "", []devices.Property{number("temperature", "temperature"), number("humidity", "humidity"), boolean("smoke", "smoke")}, make([]devices.Value, 3), Look{Smoke, Idle}},
		{"unknown", "toaster", nil, nil, Look{Generic, Idle}},
		{"a sensor of nothing known", "sensor", []devices.Property{number("ph", "")}, make([]devices.Value, 1), Look{Sensor, Idle}},
		{"a lamp that shines", "light", []devices.Property{boolean("on", "light")}, []devices.Value{devices.Boolean(true)}, Look{Light, On}},
		{"a plug that is on", "plug", []devices.Property{boolean("on", "switch")}, []devices.Value{devices.Boolean(true)}, Look{Plug, On}},
		{"the light of a fan", "fan", []devices.Property{boolean("light", "light"), number("speed", "")}, []devices.Value{devices.Boolean(true), devices.Number(0)}, Look{Fan, Idle}},
		{"a blind half down", "cover", []devices.Property{number("position", "")}, []devices.Value{devices.Number(40)}, Look{Cover, Open}},
		{"unlocked", "lock", []devices.Property{boolean("lock", "lock")}, []devices.Value{devices.Boolean(true)}, Look{Lock, Open}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			twin := devices.Twin{Device: &devices.Device{ID: "x", Kind: test.kind, Properties: test.props}, States: make([]devices.State, len(test.props))}
			for i, v := range test.value {
				twin.States[i].Reported = v
			}
			if got := Of(&twin); got != test.want {
				t.Errorf("%v, want %v", got, test.want)
			}
			twin.Availability = devices.Offline
			if got := Of(&twin); got.State != Offline {
				t.Errorf("offline: %v", got)
			}
		})
	}
}

func BenchmarkPicture(b *testing.B) {
	for b.Loop() {
		newPicture(Look{Thermostat, Heating})
	}
}
