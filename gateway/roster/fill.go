package roster

import "slices"

// Entry is what a contact is called in a user's roster.
type Entry struct {
	Name  string `json:"name,omitempty"`
	Group string `json:"group,omitempty"` // "" for none
}

// Wish is how a contact shall stand in a user's roster. The user shall see it; that
// it sees the user too costs a stanza for each of the user's presences, so only the
// contact that needs them has Both.
type Wish struct {
	Entry
	Both bool
}

// Item is a contact as it stands in a user's roster.
type Item struct {
	Name         string
	Groups       []string
	Subscription string // "to", "from", "both" or "none" (RFC 6121 2.1.2.5)
}

// Sees reports whether the user sees the contact.
func (i *Item) Sees() bool { return i != nil && (i.Subscription == "to" || i.Subscription == "both") }

// Kept is what is remembered of a contact in a user's roster: what we called it
// last, or that the user does not want it.
type Kept struct {
	Entry
	Removed bool `json:"removed,omitempty"`
}

// Change is one step that brings a user's roster to what is wanted.
type Change struct {
	Do   Do
	Item Item // for Put
	Kept Kept // what is remembered afterwards; for Drop nothing is
}

// Do is what a change does to the roster.
type Do uint8

// What changes do.
const (
	Nothing Do = iota // the roster is right
	Put               // the item is written
	Note              // only what is remembered changes
	Drop              // the item is taken out
)

// Fill decides about one contact of a user's roster, which we may write (XEP-0356).
// want is what the contact is called, nil where the user is to see it no longer;
// have is the item in the roster, nil for none; kept is what is remembered of it,
// nil for nothing.
//
// What the user decided stands: what they took out does not come back, and what
// they called differently, or put into other groups, is left so.
func Fill(want *Wish, have *Item, kept *Kept) Change {
	switch {
	case want == nil && have != nil && kept != nil && !kept.Removed:
		return Change{Do: Drop}
	case want == nil:
		return Change{}
	case kept != nil && kept.Removed && have == nil:
		return Change{Kept: *kept}
	case kept != nil && have == nil:
		return Change{Do: Note, Kept: Kept{Entry: kept.Entry, Removed: true}}
	}
	next := Change{Kept: Kept{Entry: want.Entry}, Item: merge(want, &Item{}, nil)}
	if have != nil {
		next.Item = merge(want, have, kept)
		if kept == nil && have.Name != want.Name && have.Name != "" {
			next.Kept.Name = "" // the name was never ours
		}
		if kept != nil && have.Name != kept.Name && have.Name != want.Name {
			next.Kept.Name = kept.Name
		}
		if kept != nil && !slices.Equal(have.Groups, groups(kept.Group)) && !slices.Equal(have.Groups, groups(want.Group)) {
			next.Kept.Group = kept.Group
		}
	}
	switch {
	case have == nil || !same(*have, next.Item):
		next.Do = Put
	case kept == nil || *kept != next.Kept:
		next.Do = Note
	}
	return next
}

// merge returns what becomes of an item that is there.
func merge(want *Wish, have *Item, kept *Kept) Item {
	item := Item{Name: have.Name, Groups: have.Groups, Subscription: "to"}
	if want.Both || have.Subscription == "both" || have.Subscription == "from" {
		item.Subscription = "both"
	}
	if have.Name == "" || kept != nil && have.Name == kept.Name {
		item.Name = want.Name
	}
	if kept != nil && slices.Equal(have.Groups, groups(kept.Group)) || kept == nil && len(have.Groups) == 0 {
		item.Groups = groups(want.Group)
	}
	return item
}

func groups(group string) []string {
	if group == "" {
		return nil
	}
	return []string{group}
}

func same(a, b Item) bool {
	return a.Name == b.Name && a.Subscription == b.Subscription && slices.Equal(a.Groups, b.Groups)
}
