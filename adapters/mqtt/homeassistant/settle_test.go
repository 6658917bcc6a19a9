package homeassistant_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"thingbridge/adapters/mqtt/convention"
	"thingbridge/adapters/mqtt/homeassistant"
)

// said is one announcement.
type said struct{ topic, payload string }

// boxOf makes the announcements of one device of components and what they say.
func boxOf(entities ...string) []said {
	var all []said
	for _, entity := range entities {
		component, rest, _ := strings.Cut(entity, " ")
		object, payload, _ := strings.Cut(rest, " ")
		payload = strings.Replace(payload, "{", fmt.Sprintf(`{"uniq_id":"box_%s_%s","stat_t":"s","cmd_t":"c","dev":{"ids":"box","name":"Box"},`, component, object), 1)
		all = append(all, said{fmt.Sprintf("homeassistant/%s/box/%s/config", component, object), strings.Replace(payload, ",}", "}", 1)})
	}
	return all
}

// called is the names of the properties of the only device by what they are labelled and
// measured in, with what tells its entities apart.
func (h *house) called(t *testing.T) []string {
	t.Helper()
	names := names(h.only(t))
	slices.Sort(names)
	return names
}

// restarted is a house after a restart, without its broker's help.
func (h *house) restarted(ids []convention.Name) *house {
	names := convention.NewNames([]string{homeassistant.Name}, nil)
	names.Load(ids)
	next := houseWith(names)
	next.now = h.now
	for _, topic := range slices.Sorted(maps.Keys(h.kept)) {
		next.keep(topic, h.kept[topic])
	}
	return next
}

func TestTheOrderOfAnnouncementsDoesNotNameProperties(t *testing.T) {
	tests := []struct {
		name string
		all  []said
		want []string
	}{
		{"the phases of a meter", boxOf(`sensor energy {"dev_cla":"energy"}`, `sensor energy_phase_a {"dev_cla":"energy"}`, `sensor energy_phase_b {"dev_cla":"energy"}`),
			[]string{"energy", "energy_phase_a", "energy_phase_b"}},
		{"the channels of a dimmer", boxOf(`light light_l1 {"name":"L1","bri_cmd_t":"b"}`, `light light_l2 {"name":"L2","bri_cmd_t":"b"}`),
			[]string{"l1_brightness", "l1_on", "l2_brightness", "l2_on"}},
		{"a thermostat and its sensor", boxOf(`climate climate {"curr_temp_t":"s","temp_cmd_t":"c"}`, `sensor local_temperature {"dev_cla":"temperature"}`),
			[]string{"local_temperature", "target", "temperature"}},
		{"capitals that part words", boxOf(`sensor internalTemperature {"dev_cla":"temperature"}`, `sensor temperature {"dev_cla":"temperature"}`),
			[]string{"internal_temperature", "temperature"}},
		{"a fan and its light", boxOf(`fan fan {}`, `light light {}`), []string{"fan_on", "light_on"}},
		{"three of one name", boxOf(`number a {"name":"Level"}`, `number b {"name":"Level"}`, `sensor c {"name":"Level"}`), []string{"level", "level_2", "level_number"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			chance := rand.New(rand.NewPCG(1, 2))
			for range 20 {
				h := newHouse()
				for _, i := range chance.Perm(len(test.all)) {
					h.keep(test.all[i].topic, test.all[i].payload)
				}
				if diff := cmp.Diff(test.want, h.called(t)); diff != "" {
					t.Fatalf("faults %q; names (-want +got):\n%s", h.faults, diff)
				}
			}
		})
	}
}

// A property that has been there for a while is called what it is called, whatever
// comes, goes and is called otherwise, in this run and in the next.
func TestNamesOfASettledDeviceStay(t *testing.T) {
	first := boxOf(`fan fan {}`, `sensor depth {"name":"Level"}`)
	more := boxOf(`light light {}`, `number a {"name":"Level"}`)
	h := newHouse()
	for _, a := range first {
		h.keep(a.topic, a.payload)
	}
	if next := h.pass(time.Second); next != noon.Add(5*time.Second) {
		t.Errorf("due at %v", next)
	}
	if next := h.pass(4 * time.Second); !next.IsZero() {
		t.Errorf("due at %v although the device has settled", next)
	}
	check := func(when string, want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, h.called(t)); diff != "" {
			t.Errorf("%s: faults %q; names (-want +got):\n%s", when, h.faults, diff)
		}
	}
	check("settled", "level", "on")
	for _, a := range more {
		h.keep(a.topic, a.payload)
	}
	check("more", "level", "level_number", "light_on", "on")
	h.pass(time.Minute)
	h.keep(first[1].topic, strings.Replace(first[1].payload, "Level", "Depth of the well", 1))
	check("called otherwise", "level", "level_number", "light_on", "on")
	h.keep(first[0].topic, "")
	check("taken back", "level", "level_number", "light_on")
	h.pass(time.Minute)
	h = h.restarted([]convention.Name{{Key: "id:box", ID: "box", Convention: homeassistant.Name}})
	check("after a restart", "level", "level_number", "light_on")
	h.keep(first[0].topic, first[0].payload)
	check("announced again", "level", "level_number", "light_on", "on")

	for _, topic := range slices.Sorted(maps.Keys(h.kept)) {
		if strings.HasPrefix(topic, "homeassistant/") {
			h.keep(topic, "")
		}
	}
	if len(h.devices) != 0 {
		t.Fatalf("devices %v stay", h.devices)
	}
	for _, a := range append(more, first...) {
		h.keep(a.topic, a.payload)
	}
	check("removed and announced again", "level", "level_number", "light_on", "on")
}

func TestANameThatNobodyUsesCanBeGivenAway(t *testing.T) {
	h := newHouse()
	old := boxOf(`sensor temp_1 {"name":"Temperature","dev_cla":"temperature"}`)[0]
	other := boxOf(`sensor voltage {"dev_cla":"voltage"}`)[0]
	fresh := boxOf(`sensor temp_2 {"name":"Temperature","dev_cla":"temperature"}`)[0]
	h.keep(old.topic, old.payload)
	h.keep(other.topic, other.payload)
	h.pass(time.Minute)
	h.keep(old.topic, "")
	h.keep(fresh.topic, fresh.payload)
	if diff := cmp.Diff([]string{"temperature", "voltage"}, h.called(t)); diff != "" {
		t.Error(diff)
	}
	h.pass(time.Minute)
	h.keep(old.topic, old.payload)
	if diff := cmp.Diff([]string{"temperature", "temperature_sensor", "voltage"}, h.called(t)); diff != "" {
		t.Error(diff)
	}
}

// Names that came to harm on the disk are chosen anew.
func TestWrittenDownNamesAreChecked(t *testing.T) {
	const topic = "$homeassistant/names/id:box"
	for _, text := range []string{`{`, `[]`, `{"sensor box_sensor_a ":"Not a name"}`, `{"sensor box_sensor_a ":"` + strings.Repeat("x", 300) + `"}`, `null`} {
		h := newHouse()
		h.keep(topic, text)
		one := boxOf(`sensor a {"name":"Level"}`)[0]
		h.keep(one.topic, one.payload)
		if diff := cmp.Diff([]string{"level"}, h.called(t)); diff != "" {
			t.Errorf("%s: %s", text, diff)
		}
	}
	h := newHouse()
	h.keep("homeassistant/sensor/thief/config", `{"stat_t":"`+topic+`"}`)
	if len(h.faults) != 1 || len(h.devices) != 0 {
		t.Errorf("names can be listened to: faults %q", h.faults)
	}
}

func TestACrowdThatKeepsComingSettlesToo(t *testing.T) {
	h := newHouse()
	for i := range 100 {
		h.keep(fmt.Sprintf("homeassistant/sensor/s%d/config", i), fmt.Sprintf(`{"stat_t":"s","name":"S","dev":{"ids":"d%d"}}`, i))
		h.pass(time.Second)
	}
	written := 0
	for topic := range h.kept {
		if strings.HasPrefix(topic, "$") {
			written++
		}
	}
	if written != 60 {
		t.Errorf("%d of 100 devices have settled", written)
	}
}
