package dialogue

import (
	"slices"
	"strings"
	"time"
)

const (
	maxReacted  = 16             // messages whose reactions are known
	reactionAge = 24 * time.Hour // how long a message of ours can be reacted to
)

// Reacted is what a user has on one message of ours.
type Reacted struct {
	ID     string
	At     time.Time // when the message was written
	Emojis []string
}

// Kept is what of a dialogue survives a restart.
type Kept struct {
	Question  *Question `json:",omitempty"`
	Reacted   []Reacted `json:",omitempty"`
	Forgotten time.Time // reactions to what was written up to then are not known any more
}

// Changed reports whether what is to survive a restart has changed since the last
// call.
func (d *Dialogue) Changed() bool {
	changed := d.changed
	d.changed = false
	return changed
}

// Kept returns what is to survive a restart as of now; empty reports whether that
// is nothing.
func (d *Dialogue) Kept(now time.Time) (kept Kept, empty bool) {
	if q := d.kept.Question; q != nil && now.Sub(q.At) > questionAge {
		d.kept.Question = nil
	}
	d.kept.Reacted = slices.DeleteFunc(d.kept.Reacted, func(r Reacted) bool { return now.Sub(r.At) > reactionAge })
	if now.Sub(d.kept.Forgotten) > reactionAge {
		d.kept.Forgotten = time.Time{}
	}
	return d.kept, d.kept.Question == nil && len(d.kept.Reacted) == 0 && d.kept.Forgotten.IsZero()
}

// Restore takes what was kept of the last run.
func (d *Dialogue) Restore(kept Kept) { d.kept = kept }

// React notes all emojis that the user has on the message with that id, which was
// written at that time, and returns those that are new. ok is false when it is not
// known any more what was there: then nothing is new.
func (d *Dialogue) React(id string, written time.Time, emojis []string, now time.Time) (added []string, ok bool) {
	if now.Sub(written) > reactionAge || written.After(now.Add(time.Minute)) || !written.After(d.kept.Forgotten) {
		return nil, false
	}
	i := slices.IndexFunc(d.kept.Reacted, func(r Reacted) bool { return r.ID == id })
	if i < 0 {
		if len(emojis) == 0 {
			return nil, true
		}
		d.makeRoom()
		d.kept.Reacted = append(d.kept.Reacted, Reacted{ID: strings.Clone(id), At: written})
		i = len(d.kept.Reacted) - 1
	}
	d.changed = true
	r := &d.kept.Reacted[i]
	for _, emoji := range emojis {
		if !slices.Contains(r.Emojis, emoji) {
			added = append(added, strings.Clone(emoji))
		}
	}
	r.Emojis = nil
	for _, emoji := range emojis {
		r.Emojis = append(r.Emojis, strings.Clone(emoji))
	}
	if len(emojis) == 0 {
		d.kept.Reacted = slices.Delete(d.kept.Reacted, i, i+1)
	}
	return added, true
}

// makeRoom forgets the message that was written first when there are too many.
func (d *Dialogue) makeRoom() {
	if len(d.kept.Reacted) < maxReacted {
		return
	}
	oldest := 0
	for i, r := range d.kept.Reacted {
		if r.At.Before(d.kept.Reacted[oldest].At) {
			oldest = i
		}
	}
	if at := d.kept.Reacted[oldest].At; at.After(d.kept.Forgotten) {
		d.kept.Forgotten = at
	}
	d.kept.Reacted = slices.Delete(d.kept.Reacted, oldest, oldest+1)
}
