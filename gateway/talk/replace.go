package talk

import (
	"fmt"
	"slices"
	"strings"

	"thingbridge/devices"
)

// replaceWords is what is said about devices that go on as others.
type replaceWords struct {
	with            []string // between both names
	which           string
	none, noneFor   string // the name
	choose          string // the name
	several         string // a name, ids
	unsuited        string // names
	stays           string // the name
	sure            string // name, name, name, the sentence for who is sure
	heard           string // the name
	old, now        string // labels of the form
	first, last     string // of the form; last: the name
	done, failed    string
	written, unable string // the name
}

// replaceTexts has all languages; the first of [languages] stands in for others.
var replaceTexts = map[Lang]*replaceWords{
	English: {
		with:     []string{"with", "by"},
		which:    "Which thing has got a new address? Write replace and its name.",
		none:     "Nothing is silent for which something new is heard.",
		noneFor:  "Nothing new is heard that could be %s. Wait until the new one is heard, or, if it has a battery, take it out and put it back in.",
		choose:   "As which of these is %s heard now?",
		several:  "%q are several things: %s. Say which by its address.",
		unsuited: "%s cannot go on as %s: they are not of one kind at one port.",
		stays:    "%s is what it is.",
		sure:     "Shall %s go on as what is heard as %s? Its address, its name, who sees it and its history stay; the contact %s goes. If you are sure, say yes, or write: %s",
		heard:    "Mind that %s is still heard itself.",
		old:      "Has a new address", now: "Is heard as",
		first: "Which thing has got a new address, as with a new battery? Those that are not heard stand first.",
		last:  "As which of these is %s heard now? That contact goes; what %s was, it stays, with all who see it.",
		done:  "Done: it goes on under its old name.", failed: "That did not work, or would not outlast a restart; the log says why. Try again in a moment.",
		written: "%s is described in the configuration. Change it there.", unable: "%s keeps its address; nothing can be put in its place.",
	},
	German: {
		with:     []string{"durch", "mit"},
		which:    "Welches Ding hat eine neue Adresse? Schreib ersetze und seinen Namen.",
		none:     "Es gibt kein stummes Ding, für das etwas Neues zu hören ist.",
		noneFor:  "Es ist nichts Neues zu hören, das %s sein könnte. Warte, bis das neue zu hören ist, oder nimm, wenn es eine Batterie hat, sie heraus und leg sie wieder ein.",
		choose:   "Als was davon ist %s jetzt zu hören?",
		several:  "%q sind mehrere Dinge: %s. Sag mit der Adresse, welches.",
		unsuited: "%s kann nicht als %s weitermachen: Sie sind nicht von einer Art an einem Anschluss.",
		stays:    "%s ist schon, was es ist.",
		sure:     "Soll %s mit dem weitermachen, was als %s zu hören ist? Adresse, Name, Zuschauer und Verlauf bleiben; der Kontakt %s verschwindet. Wenn du sicher bist, sag ja oder schreib: %s",
		heard:    "%s ist allerdings selbst noch zu hören.",
		old:      "Hat eine neue Adresse", now: "Ist zu hören als",
		first: "Welches Ding hat eine neue Adresse, etwa nach einem Batteriewechsel? Die nicht zu hören sind, stehen vorn.",
		last:  "Als was davon ist %s jetzt zu hören? Dieser Kontakt verschwindet; was %s war, bleibt es, mit allen, die es sehen.",
		done:  "Erledigt: Es macht unter seinem alten Namen weiter.", failed: "Das hat nicht geklappt oder hielte keinen Neustart; im Log steht, warum. Versuch es gleich noch einmal.",
		written: "%s steht in der Konfiguration. Ändere es dort.", unable: "%s behält seine Adresse; nichts kann an seine Stelle treten.",
	},
}

func replaceIn(lang Lang) *replaceWords {
	if words, ok := replaceTexts[lang]; ok {
		return words
	}
	return replaceTexts[languages[0].lang]
}

// The fields of the form.
const (
	oldField = "old"
	nowField = "now"
)

func replaces(req *HouseRequest) bool {
	return req.House != nil && req.Forgets && slices.ContainsFunc(req.Twins, req.adopts)
}

func (req *HouseRequest) adopts(t devices.Twin) bool { return req.House.Adopts(t.Source) }

// heir is what another device could go on as: a device, or one that waits to be let in.
type heir struct {
	device  *devices.Device
	adapter string
	heard   bool
	known   bool // to the user, as a contact
}

func (h *heir) fits(old *devices.Twin) bool {
	return h.adapter == old.Source && h.device.Model == old.Device.Model && h.device.ID != old.Device.ID
}

// heirs are what there is that the configuration does not describe. What nobody has as
// a contact stands first: it is new.
func (req *HouseRequest) heirs() []heir {
	var all []heir
	for i := range req.Twins {
		t := &req.Twins[i]
		if _, written := req.House.Written(t.Device.ID); written || !req.adopts(*t) {
			continue
		}
		_, added := req.House.Contact(t.Device.ID)
		all = append(all, heir{t.Device, t.Source, t.Availability == devices.Online, added})
	}
	waiting, _ := req.House.Newcomers()
	for _, n := range waiting {
		if !n.Refused && req.House.Adopts(n.Adapter) {
			all = append(all, heir{device: n.Device, adapter: n.Adapter, heard: true})
		}
	}
	rank := func(h heir) int {
		if h.known {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(all, func(a, b heir) int { return rank(a) - rank(b) })
	return all
}

// heirsOf are those that are heard and could be what a device was.
func (req *HouseRequest) heirsOf(old *devices.Twin) []heir {
	return slices.DeleteFunc(req.heirs(), func(h heir) bool { return !h.heard || !h.fits(old) })
}

// replaceable are the devices that could go on as another, those that are silent first.
func (req *HouseRequest) replaceable() []devices.Twin {
	all := slices.DeleteFunc(slices.Clone(req.Twins), func(t devices.Twin) bool { return !req.adopts(t) || len(req.heirsOf(&t)) == 0 })
	sortTwins(all)
	slices.SortStableFunc(all, func(a, b devices.Twin) int { return rankHeard(&a) - rankHeard(&b) })
	return all
}

func rankHeard(t *devices.Twin) int {
	if t.Availability == devices.Online {
		return 1
	}
	return 0
}

// pick makes a field in which one of several devices is chosen.
func pick(name, label string) Field {
	return Field{Name: name, Label: label, Type: FieldEnum, Required: true, property: &devices.Property{Name: name, Type: devices.TypeEnum}}
}

func (f *Field) add(d *devices.Device, note string, room *int) {
	before := len(f.Options)
	f.offer(Option{string(d.ID), d.Title() + note}, room)
	if len(f.Options) > before {
		f.property.Options = append(f.property.Options, string(d.ID))
	}
}

func replaceForm(req *HouseRequest, words *language, _ Values) Stage {
	w := replaceIn(words.lang)
	f := pick(oldField, w.old)
	room := maxStage
	for _, t := range req.replaceable() {
		note := ""
		if t.Availability != devices.Online {
			note = " – " + words.offline
		}
		f.add(t.Device, note, &room)
	}
	return Stage{Instructions: w.first, Fields: []Field{f}}
}

func heirForm(req *HouseRequest, words *language, given Values) Stage {
	w := replaceIn(words.lang)
	f := pick(nowField, w.now)
	id, _ := given.one(oldField).Text()
	title := id
	if old := req.twin(id); old != nil {
		title = old.Device.Title()
		room := maxStage
		for _, h := range req.heirsOf(old) {
			f.add(h.device, " ("+string(h.device.ID)+")", &room)
		}
	}
	return Stage{Instructions: fmt.Sprintf(w.last, title, title), Fields: []Field{f}}
}

func (req *HouseRequest) twin(id string) *devices.Twin {
	for i := range req.Twins {
		if string(req.Twins[i].Device.ID) == id {
			return &req.Twins[i]
		}
	}
	return nil
}

// readReplace reads two names with a word between them, and behind them a word of who is
// sure. Without that word it asks, and with one name it asks for the other.
func readReplace(req *HouseRequest, words *language, rest string) (Values, *Plan) {
	w, memory := replaceIn(words.lang), memoryIn(words.lang)
	verb := words.commands["replace"].words[0] + " "
	if strings.EqualFold(rest, memory.nothing) {
		return nil, &Plan{Answer: words.forms.unchanged}
	}
	if rest == "" {
		plan := &Plan{Answer: w.which}
		for _, t := range req.replaceable() {
			if t.Availability != devices.Online {
				plan.Choices = append(plan.Choices, Choice{Say: verb + string(t.Device.ID), Label: t.Device.Title()})
			}
		}
		if len(plan.Choices) == 0 && len(req.replaceable()) == 0 {
			plan.Answer = w.none
		}
		return nil, plan
	}
	names, sure := memory.cutReally(rest)
	oldName, nowName := w.split(req, names)
	old, refusal := req.predecessor(words, oldName)
	if refusal != nil {
		return nil, refusal
	}
	if nowName == "" {
		return nil, req.whichHeir(words, old, verb)
	}
	h, refusal := req.heir(words, old, nowName)
	if refusal != nil {
		return nil, refusal
	}
	if sure {
		return Values{oldField: {devices.Text(string(old.Device.ID))}, nowField: {devices.Text(string(h.device.ID))}}, nil
	}
	yes := verb + string(old.Device.ID) + " " + w.with[0] + " " + string(h.device.ID) + " " + memory.really[0]
	answer := fmt.Sprintf(w.sure, old.Device.Title(), h.device.Title(), h.device.Title(), yes)
	if old.Availability == devices.Online {
		answer = fmt.Sprintf(w.heard, old.Device.Title()) + " " + answer
	}
	return nil, &Plan{Answer: answer, Choices: []Choice{
		{Say: yes, Label: words.booleans[""][1]},
		{Say: verb + memory.nothing, Label: words.booleans[""][0]},
	}}
}

// split cuts a sentence at the word between both names. A name can have that word, too:
// the first part that is a name counts.
func (w *replaceWords) split(req *HouseRequest, text string) (old, now string) {
	if len(req.called(text)) > 0 {
		return text, ""
	}
	fields := strings.Fields(text)
	cut := -1
	for i := 1; i < len(fields)-1; i++ {
		if !slices.Contains(w.with, strings.ToLower(fields[i])) {
			continue
		}
		if cut < 0 {
			cut = i
		}
		if len(req.called(strings.Join(fields[:i], " "))) > 0 {
			cut = i
			break
		}
	}
	if cut < 0 {
		return text, ""
	}
	return strings.Join(fields[:cut], " "), strings.Join(fields[cut+1:], " ")
}

// called are the devices that have a name; one whose address it is goes first.
func (req *HouseRequest) called(name string) []*devices.Twin {
	name = strings.ToLower(name)
	if t := req.twin(name); t != nil {
		return []*devices.Twin{t}
	}
	var all []*devices.Twin
	for i := range req.Twins {
		if strings.ToLower(req.Twins[i].Device.Title()) == name {
			all = append(all, &req.Twins[i])
		}
	}
	return all
}

// predecessor returns the device that is to go on, or says why it cannot be.
func (req *HouseRequest) predecessor(words *language, name string) (*devices.Twin, *Plan) {
	w := replaceIn(words.lang)
	all := req.called(name)
	switch {
	case len(all) == 0:
		return nil, refused(fmt.Sprintf(words.house.noSuchThing, shorten(name)))
	case len(all) > 1:
		var ids []string
		for _, t := range all {
			ids = append(ids, string(t.Device.ID))
		}
		return nil, refused(fmt.Sprintf(w.several, shorten(name), strings.Join(ids, ", ")))
	case !req.adopts(*all[0]):
		return nil, refused(fmt.Sprintf(w.unable, all[0].Device.Title()))
	}
	return all[0], nil
}

// heir returns what is to be put in a device's place, or says why it cannot be.
func (req *HouseRequest) heir(words *language, old *devices.Twin, name string) (*heir, *Plan) {
	w := replaceIn(words.lang)
	var found []heir
	for _, h := range req.heirs() {
		if strings.EqualFold(name, string(h.device.ID)) {
			found = []heir{h}
			break
		}
		if strings.EqualFold(name, h.device.Title()) {
			found = append(found, h)
		}
	}
	switch {
	case len(found) > 1:
		var ids []string
		for _, h := range found {
			ids = append(ids, string(h.device.ID))
		}
		return nil, refused(fmt.Sprintf(w.several, shorten(name), strings.Join(ids, ", ")))
	case len(found) == 1 && found[0].device.ID == old.Device.ID:
		return nil, refused(fmt.Sprintf(w.stays, old.Device.Title()))
	case len(found) == 1 && !found[0].fits(old):
		return nil, refused(fmt.Sprintf(w.unsuited, old.Device.Title(), found[0].device.Title()))
	case len(found) == 1:
		return &found[0], nil
	}
	all := req.called(name)
	if len(all) == 0 {
		return nil, refused(fmt.Sprintf(words.house.noSuchThing, shorten(name)))
	}
	other := all[0]
	_, written := req.House.Written(other.Device.ID)
	switch {
	case other.Device.ID == old.Device.ID:
		return nil, refused(fmt.Sprintf(w.stays, old.Device.Title()))
	case written && req.adopts(*other):
		return nil, refused(fmt.Sprintf(w.written, other.Device.Title()))
	}
	return nil, refused(fmt.Sprintf(w.unsuited, old.Device.Title(), other.Device.Title()))
}

// whichHeir asks as what a device is heard now.
func (req *HouseRequest) whichHeir(words *language, old *devices.Twin, verb string) *Plan {
	w := replaceIn(words.lang)
	heirs := req.heirsOf(old)
	if len(heirs) == 0 {
		return refused(fmt.Sprintf(w.noneFor, old.Device.Title()))
	}
	plan := &Plan{Answer: fmt.Sprintf(w.choose, old.Device.Title())}
	for _, h := range heirs {
		plan.Choices = append(plan.Choices, Choice{Say: verb + string(old.Device.ID) + " " + w.with[0] + " " + string(h.device.ID), Label: h.device.Title()})
	}
	return plan
}

func runReplace(req *HouseRequest, words *language, given Values) Plan {
	old, _ := given.one(oldField).Text()
	now, _ := given.one(nowField).Text()
	if old == "" || now == "" {
		return *refused(replaceIn(words.lang).which)
	}
	return Plan{Order: &Order{Verb: Replace, Devices: []devices.ID{devices.ID(old), devices.ID(now)}}}
}
