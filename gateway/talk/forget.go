package talk

import (
	"fmt"
	"slices"
	"strings"

	"thingbridge/devices"
)

// memoryWords is what is said about devices that shall be forgotten.
type memoryWords struct {
	really             []string // words behind the names, for who is sure
	nothing            string   // in place of a name, for who is not
	which, none        string
	sure               string // names, the sentence for who is sure
	written, writtenIn string // name; name, place
	choose, confirm    string // forms; names
	forgotten, failed  string // number
}

// memoryTexts has all languages; the first of [languages] stands in for others.
var memoryTexts = map[Lang]*memoryWords{
	English: {
		really: []string{"really"}, nothing: "nothing",
		which:     "Which thing shall I forget? Write forget and its name.",
		none:      "There is nothing that I could forget: all things are described in the configuration.",
		sure:      "Shall I forget %s? The contact goes, for everybody, and what I know of it. Should it announce itself again, it comes back under the same address. If you are sure, say yes, or write: %s",
		written:   "%s is described in the configuration, and would be back at once. Take it out there.",
		writtenIn: "%s is described in the configuration, and would be back at once. Take it out there: %s.",
		choose:    "Which of these are gone for good? Those of the configuration are not among them.",
		confirm:   "The contacts go, for everybody, and what I know of them. What announces itself again comes back under the same address.",
		forgotten: "Forgotten: %d.",
		failed:    "That did not work, or would not outlast a restart; the log says why. Try again in a moment.",
	},
	German: {
		really: []string{"wirklich"}, nothing: "nichts",
		which:     "Welches Ding soll ich vergessen? Schreib vergiss und seinen Namen.",
		none:      "Es gibt nichts, was ich vergessen könnte: Alle Dinge stehen in der Konfiguration.",
		sure:      "Soll ich %s vergessen? Der Kontakt verschwindet, für alle, und was ich davon weiß. Meldet es sich wieder, kommt es unter derselben Adresse zurück. Wenn du sicher bist, sag ja oder schreib: %s",
		written:   "%s steht in der Konfiguration und wäre gleich wieder da. Nimm es dort heraus.",
		writtenIn: "%s steht in der Konfiguration und wäre gleich wieder da. Nimm es dort heraus: %s.",
		choose:    "Welche davon sind für immer weg? Die der Konfiguration sind nicht dabei.",
		confirm:   "Die Kontakte verschwinden, für alle, und was ich von ihnen weiß. Was sich wieder meldet, kommt unter derselben Adresse zurück.",
		forgotten: "Vergessen: %d.",
		failed:    "Das hat nicht geklappt oder hielte keinen Neustart; im Log steht, warum. Versuch es gleich noch einmal.",
	},
}

func memoryIn(lang Lang) *memoryWords {
	if words, ok := memoryTexts[lang]; ok {
		return words
	}
	return memoryTexts[languages[0].lang]
}

func forgets(req *HouseRequest) bool { return req.House != nil && req.Forgets }

// forgettable are the devices that have announced themselves, by title.
func (req *HouseRequest) forgettable() []devices.Twin {
	all := slices.DeleteFunc(slices.Clone(req.Twins), func(t devices.Twin) bool {
		_, written := req.House.Written(t.Device.ID)
		return written
	})
	sortTwins(all)
	return all
}

// reallyField names again what is to be forgotten: who has filled it in is sure.
const reallyField = "really"

// forgetForm lets choose among what can be forgotten. What cannot be reached stands
// first: that is what people look for.
func forgetForm(req *HouseRequest, words *language, _ Values) Stage {
	f := Field{Name: devicesField, Label: words.house.devices, Type: FieldMulti, Required: true}
	all := req.forgettable()
	slices.SortStableFunc(all, func(a, b devices.Twin) int { return rankLost(&a) - rankLost(&b) })
	room := maxStage
	for i := range all {
		option := Option{string(all[i].Device.ID), all[i].Device.Title()}
		if rankLost(&all[i]) == 0 {
			option.Label += " – " + words.offline
		}
		f.offer(option, &room)
	}
	return Stage{Instructions: memoryIn(words.lang).choose, Fields: []Field{f}}
}

func rankLost(t *devices.Twin) int {
	if t.Availability == devices.Offline {
		return 0
	}
	return 1
}

// reallyForm shows what was chosen, and what will become of it.
func reallyForm(req *HouseRequest, words *language, given Values) Stage {
	f := Field{Name: reallyField, Label: words.commands["forget"].words[0], Type: FieldMulti, Required: true}
	room := maxStage
	for _, twin := range req.forgettable() {
		if slices.Contains(given[devicesField], devices.Text(string(twin.Device.ID))) {
			f.offer(Option{string(twin.Device.ID), twin.Device.Title()}, &room)
		}
	}
	f.Default = f.all()
	return Stage{Instructions: memoryIn(words.lang).confirm, Fields: []Field{f}}
}

// readForget reads the names of devices, with commas between them, and behind them a
// word of who is sure. Without that word it asks.
func readForget(req *HouseRequest, words *language, rest string) (Values, *Plan) {
	w := memoryIn(words.lang)
	if strings.EqualFold(rest, w.nothing) {
		return nil, &Plan{Answer: words.forms.unchanged}
	}
	if rest == "" {
		plan := &Plan{Answer: w.which}
		if len(req.forgettable()) == 0 {
			plan.Answer = w.none
		}
		return nil, plan
	}
	names, sure := w.cutReally(rest)
	found, refusal := req.wanted(words, names)
	if refusal != nil && sure { // it may be called so
		sure = false
		var whole *Plan
		if found, whole = req.wanted(words, rest); whole == nil {
			refusal = nil
		}
	}
	if refusal != nil {
		return nil, refusal
	}
	var ids []devices.Value
	var called, said []string
	for _, d := range found {
		ids = append(ids, devices.Text(string(d.ID)))
		called = append(called, d.Title())
		said = append(said, string(d.ID))
	}
	if sure {
		return Values{reallyField: ids}, nil
	}
	verb := words.commands["forget"].words[0] + " "
	yes := verb + strings.Join(said, ", ") + " " + w.really[0]
	return nil, &Plan{
		Answer: fmt.Sprintf(w.sure, contactsIn(words.lang).list(called), yes),
		Choices: []Choice{
			{Say: yes, Label: words.booleans[""][1]},
			{Say: verb + w.nothing, Label: words.booleans[""][0]},
		},
	}
}

// cutReally returns text without the word of who is sure, and whether it was there.
func (w *memoryWords) cutReally(text string) (names string, sure bool) {
	at := strings.LastIndexByte(text, ' ')
	if at < 0 || !slices.Contains(w.really, strings.ToLower(text[at+1:])) {
		return text, false
	}
	return strings.TrimRight(text[:at], " ,"), true
}

// wanted returns the devices that names name, or says why one cannot be forgotten.
func (req *HouseRequest) wanted(words *language, names string) ([]*devices.Device, *Plan) {
	w := memoryIn(words.lang)
	var found []*devices.Device
	for _, name := range strings.Split(names, ",") {
		name = strings.ToLower(strings.TrimSpace(name))
		before := len(found)
		for i := range req.Twins {
			d := req.Twins[i].Device
			if name != strings.ToLower(d.Title()) && name != string(d.ID) {
				continue
			}
			place, written := req.House.Written(d.ID)
			switch {
			case written && place == "":
				return nil, refused(fmt.Sprintf(w.written, d.Title()))
			case written:
				return nil, refused(fmt.Sprintf(w.writtenIn, d.Title(), place))
			}
			found = append(found, d)
		}
		if len(found) == before {
			return nil, refused(fmt.Sprintf(words.house.noSuchThing, shorten(name)))
		}
	}
	return found, nil
}

func runForget(_ *HouseRequest, words *language, given Values) Plan {
	order := &Order{Verb: Forget}
	for _, id := range given.texts(reallyField) {
		order.Devices = append(order.Devices, devices.ID(id))
	}
	slices.Sort(order.Devices)
	if order.Devices = slices.Compact(order.Devices); len(order.Devices) == 0 {
		return Plan{Answer: words.forms.unchanged}
	}
	return Plan{Order: order}
}
