package gateway

import (
	"context"
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/talk"
	"thingbridge/gateway/xep"
	"thingbridge/gateway/xmpp"
)

// The fields of a search.
const (
	searchName = "name"
	searchArea = "area"
	searchKind = "kind"
)

// searchForm answers what can be searched for (XEP-0055 2).
func (b *Bridge) searchForm(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	words := talk.SearchWords(b.languageOf(ctx, q))
	return xep.AppendSearchForm(nil, &xep.SearchForm{Title: words.Title, Instructions: words.Instructions, Fields: []xep.FormField{
		{Var: searchName, Type: "text-single", Label: words.Name},
		{Var: searchArea, Type: "text-single", Label: words.Area},
		{Var: searchKind, Type: "text-single", Label: words.Kind},
	}}), nil
}

// search answers with the devices that fit, of those that the user may see, in the
// way in which it was asked: with a form, or with the elements of the protocol, of
// which the nickname is the name.
func (b *Bridge) search(ctx context.Context, q *asked) ([]byte, *xmpp.StanzaError) {
	wanted, ok := xep.DecodeSearch(q.payload)
	if !ok {
		return nil, &xmpp.StanzaError{Type: xmpp.Modify, Condition: xmpp.BadRequest}
	}
	if !wanted.Form {
		wanted.Texts[searchName] = wanted.Texts["nick"]
		for _, name := range []string{"first", "last", "email"} {
			if strings.TrimSpace(wanted.Texts[name]) != "" {
				return xep.AppendFound(nil, nil), nil // no device has any
			}
		}
	}
	words := talk.SearchWords(b.languageOf(ctx, q))
	columns := []xep.FormField{
		{Var: searchName, Type: "text-single", Label: words.Name}, {Var: searchArea, Type: "text-single", Label: words.Area},
		{Var: searchKind, Type: "text-single", Label: words.Kind}, {Var: "jid", Type: "jid-single", Label: "JID"},
	}
	var items []xep.Found
	var rows [][]xep.FormField
	room := maxResult
	for _, twin := range b.found(q.user, wanted.Texts) {
		d := twin.Device
		bare, _ := b.Identity.Address(d.ID)
		const markup = 200
		if room -= markup + len(d.Title()) + len(d.Area) + len(kindOf(d)); room < 0 {
			break
		}
		items = append(items, xep.Found{JID: bare.String(), Name: d.Title()})
		row := make([]xep.FormField, len(columns))
		for i, text := range []string{d.Title(), d.Area, kindOf(d), bare.String()} {
			row[i] = xep.FormField{Var: columns[i].Var, Values: []string{text}}
		}
		rows = append(rows, row)
	}
	if wanted.Form {
		return xep.AppendFoundForm(nil, columns, rows), nil
	}
	return xep.AppendFound(nil, items), nil
}

// found returns the devices that fit all texts, by address.
func (b *Bridge) found(user xmpp.JID, texts map[string]string) []devices.Twin {
	twins := slices.DeleteFunc(b.visible(user, b.Registry.All()), func(t devices.Twin) bool {
		d := t.Device
		return !holds(texts[searchName], d.Name, string(d.ID)) || !holds(texts[searchArea], d.Area) || !holds(texts[searchKind], kindOf(d))
	})
	slices.SortFunc(twins, func(a, b devices.Twin) int { return compareIDs(a.Device.ID, b.Device.ID) })
	return twins
}

// holds reports whether one of some texts has what is searched for in it. Nothing is
// in each.
func holds(wanted string, texts ...string) bool {
	wanted = strings.ToLower(strings.TrimSpace(wanted))
	return slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(strings.ToLower(text), wanted) })
}
