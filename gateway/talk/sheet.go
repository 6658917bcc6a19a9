package talk

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"thingbridge/devices"
)

// Fact is one line of an answer about one thing, for forms.
type Fact struct{ Name, Label, Value string }

// Table is an answer about many things, for forms.
type Table struct {
	Columns []Column
	Rows    [][]string
}

// Column is a column of a table.
type Column struct {
	Name, Label string
	Address     bool // what stands in it are JIDs
}

// Stats is what a link has done since it was made.
type Stats struct {
	Version    string
	Uptime     time.Duration
	In, Out    uint64 // stanzas
	Reconnects uint64
}

// Facts returns what matters of a device.
func Facts(t *devices.Twin, lang Lang) []Fact {
	words := speak(lang)
	return append(words.identity(t), words.facts(t, sheetOf(t.Device).main)...)
}

// allFacts returns all that is known of a device.
func allFacts(req *Request, words *language) []Fact {
	return append(words.identity(&req.Twin), words.facts(&req.Twin, byImportance(req.Twin.Device))...)
}

func (l *language) identity(t *devices.Twin) []Fact {
	facts := []Fact{{"name", l.house.name, t.Device.Title()}}
	if t.Device.Area != "" {
		facts = append(facts, Fact{"area", l.house.area, t.Device.Area})
	}
	if t.Availability == devices.Offline {
		facts = append(facts, Fact{"availability", l.house.state, l.offline})
	}
	return facts
}

// facts returns such properties of a device, by their indices.
func (l *language) facts(t *devices.Twin, which []int) []Fact {
	var facts []Fact
	for _, i := range which {
		if p := &t.Device.Properties[i]; worthDescribing(p, t.States[i]) {
			facts = append(facts, Fact{p.Name, l.labelOf(t.Device, p), l.state(p, t.States[i])})
		}
	}
	return facts
}

// listDevices writes a line for each device.
func listDevices(twins []devices.Twin, words *language) string {
	var b strings.Builder
	b.WriteString(words.house.greeting)
	for i := range twins {
		b.WriteString("\n" + twins[i].Device.Title())
		if line := StatusLine(&twins[i], words.lang); line != "" {
			b.WriteString(": " + line)
		} else if twins[i].LastSeen.IsZero() {
			b.WriteString(": " + words.never)
		}
	}
	b.WriteString("\n" + words.house.hint(twins))
	return b.String()
}

// hint says how a device is spoken to through the house.
func (w *houseWords) hint(twins []devices.Twin) string {
	return fmt.Sprintf(w.help, twins[0].Device.Title())
}

func runDevices(req *HouseRequest, words *language, _ Values) Plan {
	if len(req.Twins) == 0 {
		return Plan{Answer: words.house.nothing}
	}
	twins := append([]devices.Twin(nil), req.Twins...)
	sortTwins(twins)
	table := &Table{Columns: []Column{
		{Name: "name", Label: words.house.name}, {Name: "area", Label: words.house.area},
		{Name: "state", Label: words.house.state}, {Name: "jid", Label: words.house.address, Address: true},
	}}
	for i := range twins {
		address := ""
		if req.House != nil {
			address, _ = req.House.Contact(twins[i].Device.ID)
		}
		table.Rows = append(table.Rows, []string{twins[i].Device.Title(), twins[i].Device.Area, StatusLine(&twins[i], words.lang), address})
	}
	return Plan{Answer: listDevices(twins, words), Table: table}
}

func runStats(req *HouseRequest, words *language, _ Values) Plan {
	stats := req.House.Stats()
	offline := 0
	for i := range req.Twins {
		if req.Twins[i].Availability == devices.Offline {
			offline++
		}
	}
	w := &words.house
	count := func(n uint64) string { return strconv.FormatUint(n, 10) }
	plan := Plan{Answer: HouseStatus(req.Twins, words.lang), Facts: []Fact{
		{"version", w.version, stats.Version},
		{"uptime", w.uptime, words.duration(stats.Uptime)},
		{"devices", w.devices, strconv.Itoa(len(req.Twins))},
		{"offline", words.offline, strconv.Itoa(offline)},
		{"in", w.stanzasIn, count(stats.In)},
		{"out", w.stanzasOut, count(stats.Out)},
		{"reconnects", w.reconnects, count(stats.Reconnects)},
	}}
	for _, fact := range plan.Facts {
		plan.Answer += "\n" + fact.Label + ": " + fact.Value
	}
	return plan
}

func runSubscribers(req *HouseRequest, words *language, _ Values) Plan {
	w := &words.house
	table := &Table{Columns: []Column{{Name: "contact", Label: w.contact, Address: true}, {Name: "user", Label: w.user, Address: true}}}
	plan := Plan{Answer: w.seenBy, Table: table}
	for _, s := range req.House.Subscribers() {
		table.Rows = append(table.Rows, []string{s.Contact, s.User})
		plan.Answer += "\n" + s.Contact + ": " + s.User
	}
	return plan
}
