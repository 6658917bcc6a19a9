package talk

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/access"
)

// House is what the house knows beyond its devices, for the user who asks.
type House interface {
	// Contact returns the address of a device, "" where it has none that a user
	// could add, and whether the user has it as a contact.
	Contact(id devices.ID) (address string, added bool)
	Stats() Stats
	Subscribers() []Subscriber
	// Newcomers returns the devices that no admin has accepted; ok is false where
	// devices need not be.
	Newcomers() (all []Newcomer, ok bool)
	// Written returns where in the configuration a device is described; ok is false for
	// one that has announced itself. It is asked only where the house forgets.
	Written(id devices.ID) (place string, ok bool)
	// Adopts reports whether devices of an adapter can go on as others of it. It is asked
	// only where the house forgets.
	Adopts(adapter string) bool
}

// Subscriber is a user who sees a contact.
type Subscriber struct{ Contact, User string }

// Order is what the house is to do for its user.
type Order struct {
	Verb      Verb
	Devices   []devices.ID
	Newcomers []string // by their Ref
}

// Verb is what an order does.
type Verb uint8

// The verbs.
const (
	AddContacts Verb = iota + 1
	RemoveContacts
	Reload
	Accept
	Refuse
	Forget
	Replace // the first of two devices goes on as the second
)

// The fields of the house's forms.
const (
	areasField   = "areas"
	devicesField = "devices"
)

// houseActions returns what can be asked of the house, in the order in which help
// shows it.
func houseActions(req *HouseRequest) []action[*HouseRequest] {
	adding := []stage[*HouseRequest]{addForm}
	if len(areasOf(req.candidates(false))) > 1 {
		adding = []stage[*HouseRequest]{areasForm, addForm}
	}
	removing := []stage[*HouseRequest]{removeForm}
	hasAddresses := func(req *HouseRequest) bool { return len(req.candidates(false))+len(req.candidates(true)) > 0 }
	knows := func(req *HouseRequest) bool { return req.House != nil }
	return []action[*HouseRequest]{
		{name: "devices", role: access.View, run: runDevices},
		{name: "add", role: access.View, fits: hasAddresses, asks: true, stages: adding, read: readDevices(false), run: runContacts(AddContacts)},
		{name: "remove", role: access.View, fits: hasAddresses, asks: true, stages: removing, read: readDevices(true), run: runContacts(RemoveContacts)},
		{name: "stats", role: access.View, fits: knows, run: runStats},
		{name: "reload", role: access.Admin, fits: func(req *HouseRequest) bool { return req.Reloads }, run: runReload},
		{name: "subscribers", role: access.Admin, fits: knows, run: runSubscribers},
		{name: "inbox", role: access.Admin, fits: hasInbox, after: []string{"things", "devices", "geräte", "dinge"}, run: runInbox},
		{name: "accept", role: access.Admin, fits: hasInbox, asks: true, stages: []stage[*HouseRequest]{newcomersForm(Accept)}, read: readNewcomers(Accept), run: runNewcomers(Accept)},
		{name: "refuse", role: access.Admin, fits: hasInbox, asks: true, stages: []stage[*HouseRequest]{newcomersForm(Refuse)}, read: readNewcomers(Refuse), run: runNewcomers(Refuse)},
		{name: "forget", role: access.Admin, fits: forgets, asks: true, stages: []stage[*HouseRequest]{forgetForm, reallyForm}, read: readForget, run: runForget},
		{name: "replace", role: access.Admin, fits: replaces, asks: true, stages: []stage[*HouseRequest]{replaceForm, heirForm}, read: readReplace, run: runReplace},
		{name: "help", role: access.View, run: runHouseHelp},
	}
}

// DecideHouse reads a sentence that asks something of the house itself; ok is false
// when it does not.
func DecideHouse(req HouseRequest) (plan Plan, ok bool) {
	text := tidy(req.Text)
	act, rest, spoken := find(houseActions(&req), text, req.Lang)
	if act == nil || !act.offered(&req) || rest != "" && act.read == nil && !slices.Contains(act.after, strings.ToLower(rest)) {
		return Plan{}, false
	}
	if device, left := named(req.Twins, text); device != nil && left == "" {
		return Plan{}, false
	}
	req.Lang = spoken
	words := speak(req.Lang)
	if req.Role < act.role {
		plan = *refused(words.house.forAdmins)
	} else {
		plan = act.say(&req, words, rest)
	}
	plan.Lang, plan.Spoken = req.Lang, spoken
	return plan, true
}

// HouseNodes returns the commands of the house that its user may run.
func HouseNodes(req HouseRequest) []Node {
	return slices.DeleteFunc(houseNodes(&req), func(n Node) bool { return req.Role < n.Role })
}

// FindHouseNode returns a command of the house by its name, which may end with a
// value: "add:boiler". Whether the user may run it is for the caller to see.
func FindHouseNode(req HouseRequest, name string) (Node, bool) {
	return findNode(houseNodes(&req), name, req.Lang)
}

func houseNodes(req *HouseRequest) []Node {
	return nodesOf(houseActions(req), req, req.Lang, func(plan Plan, _ *language) Plan { return plan })
}

// candidates returns the devices that the user has as contacts, or could have, by
// title.
func (req *HouseRequest) candidates(added bool) []devices.Twin {
	if req.House == nil {
		return nil
	}
	var out []devices.Twin
	for i := range req.Twins {
		if address, is := req.House.Contact(req.Twins[i].Device.ID); address != "" && is == added {
			out = append(out, req.Twins[i])
		}
	}
	sortTwins(out)
	return out
}

func sortTwins(twins []devices.Twin) {
	slices.SortFunc(twins, func(a, b devices.Twin) int {
		return cmp.Or(strings.Compare(strings.ToLower(a.Device.Title()), strings.ToLower(b.Device.Title())), strings.Compare(string(a.Device.ID), string(b.Device.ID)))
	})
}

// areasOf returns where devices are, each area once. Those that are nowhere have
// the area "".
func areasOf(twins []devices.Twin) []string {
	var areas []string
	for i := range twins {
		areas = append(areas, twins[i].Device.Area)
	}
	slices.Sort(areas)
	return slices.Compact(areas)
}

// everywhereElse is the value for devices that are in no area. It is no area: a form
// has no value without anything in it.
const everywhereElse = "-"

func areasForm(req *HouseRequest, words *language, _ Values) Stage {
	f := Field{Name: areasField, Label: words.house.areas, Type: FieldMulti, Required: true}
	room := maxStage
	for _, area := range areasOf(req.candidates(false)) {
		f.offer(Option{cmp.Or(area, everywhereElse), cmp.Or(area, words.house.elsewhere)}, &room)
	}
	f.Default = f.all()
	return Stage{Instructions: words.house.chooseAreas, Fields: []Field{f}}
}

// addForm lets choose among the devices that the user has not, in the areas that
// were chosen.
func addForm(req *HouseRequest, words *language, given Values) Stage {
	f := Field{Name: devicesField, Label: words.house.devices, Type: FieldMulti, Required: true}
	areas, chosen := given[areasField]
	room := maxStage
	for _, twin := range req.candidates(false) {
		if chosen && !slices.Contains(areas, devices.Text(cmp.Or(twin.Device.Area, everywhereElse))) {
			continue
		}
		f.offer(Option{string(twin.Device.ID), twin.Device.Title()}, &room)
	}
	f.Default = f.all()
	return Stage{Instructions: words.house.chooseToAdd, Fields: []Field{f}}
}

func removeForm(req *HouseRequest, words *language, _ Values) Stage {
	f := Field{Name: devicesField, Label: words.house.devices, Type: FieldMulti, Required: true}
	room := maxStage
	for _, twin := range req.candidates(true) {
		f.offer(Option{string(twin.Device.ID), twin.Device.Title()}, &room)
	}
	return Stage{Instructions: words.house.chooseToRemove, Fields: []Field{f}}
}

// readDevices reads which devices a sentence names: "all", an area, or names with
// commas between them.
func readDevices(added bool) func(*HouseRequest, *language, string) (Values, *Plan) {
	return func(req *HouseRequest, words *language, rest string) (Values, *Plan) {
		all := req.candidates(added)
		switch {
		case len(all) == 0 && added:
			return nil, &Plan{Answer: words.house.noneAdded}
		case len(all) == 0:
			return nil, &Plan{Answer: words.house.allAdded}
		case rest == "":
			return nil, &Plan{Answer: words.house.whichDevices, Choices: words.choicesOf(all, added)}
		}
		var given []devices.Value
		for _, name := range strings.Split(rest, ",") {
			found := len(given)
			name = strings.ToLower(strings.TrimSpace(name))
			for i := range all {
				if d := all[i].Device; slices.Contains(words.house.all, name) || isCalled(d, name) {
					given = append(given, devices.Text(string(d.ID)))
				}
			}
			if len(given) == found {
				return nil, refused(fmt.Sprintf(words.house.noSuchThing, shorten(name)))
			}
		}
		return Values{devicesField: given}, nil
	}
}

func isCalled(d *devices.Device, name string) bool {
	return name == strings.ToLower(d.Title()) || name == string(d.ID) || d.Area != "" && name == strings.ToLower(d.Area)
}

// choicesOf names all devices, and the first few of them.
func (l *language) choicesOf(twins []devices.Twin, added bool) []Choice {
	const most = 8
	verb := l.commands["add"].words[0]
	if added {
		verb = l.commands["remove"].words[0]
	}
	var choices []Choice
	if !added {
		choices = append(choices, Choice{Say: verb + " " + l.house.all[0], Label: l.house.all[0]})
	}
	for i := range twins[:min(len(twins), most)] {
		choices = append(choices, Choice{Say: verb + " " + string(twins[i].Device.ID), Label: twins[i].Device.Title()})
	}
	return choices
}

func runContacts(verb Verb) func(*HouseRequest, *language, Values) Plan {
	return func(req *HouseRequest, words *language, given Values) Plan {
		order := &Order{Verb: verb}
		for _, id := range given.texts(devicesField) {
			order.Devices = append(order.Devices, devices.ID(id))
		}
		slices.Sort(order.Devices)
		order.Devices = slices.Compact(order.Devices)
		if len(order.Devices) == 0 {
			return Plan{Answer: words.forms.unchanged}
		}
		return Plan{Order: order}
	}
}

func runReload(*HouseRequest, *language, Values) Plan { return Plan{Order: &Order{Verb: Reload}} }

// Ordered answers for an order that was carried out, or not.
func Ordered(order *Order, err error, lang Lang) string {
	words := speak(lang)
	switch {
	case err != nil && order.Verb == Reload:
		return words.house.mistakes + "\n" + err.Error()
	case err != nil && order.Verb == Forget:
		return memoryIn(lang).failed
	case err != nil && order.Verb == Replace:
		return replaceIn(lang).failed
	case err != nil:
		return words.house.failed
	case order.Verb == Forget:
		return fmt.Sprintf(memoryIn(lang).forgotten, len(order.Devices))
	case order.Verb == Replace:
		return replaceIn(lang).done
	case order.Verb == Reload:
		return words.house.reloaded
	case order.Verb == Accept:
		return fmt.Sprintf(newcomersIn(lang).accepted, len(order.Newcomers))
	case order.Verb == Refuse:
		return fmt.Sprintf(newcomersIn(lang).wasRefused, len(order.Newcomers))
	case order.Verb == RemoveContacts:
		return fmt.Sprintf(words.house.removed, len(order.Devices))
	}
	return fmt.Sprintf(words.house.added, len(order.Devices))
}

func runHouseHelp(req *HouseRequest, words *language, _ Values) Plan {
	var b strings.Builder
	b.WriteString(words.canSay)
	for _, act := range houseActions(req) {
		if act.offered(req) && act.role <= req.Role {
			p := words.commands[act.name]
			help := cmp.Or(words.house.helps[act.name], p.help)
			fmt.Fprintf(&b, "\n%s – %s", strings.TrimSpace(p.words[0]+" "+p.example), help)
		}
	}
	if len(req.Twins) > 0 {
		b.WriteString("\n" + words.house.hint(req.Twins))
	}
	return Plan{Answer: b.String()}
}
