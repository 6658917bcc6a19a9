package gateway

import (
	"container/list"
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"thingbridge/devices"
	"thingbridge/gateway/dialogue"
	"thingbridge/gateway/xmpp"
)

// maxDialogues is how many dialogues are remembered: more than any house has. The
// one that was quiet for longest is forgotten first.
const maxDialogues = 10_000

// dialogues holds what users and contacts have said to each other.
type dialogues struct {
	keep   Questions
	prefix string // of the keys under which they are kept
	log    zerolog.Logger

	mu     sync.Mutex
	known  map[sight]*list.Element // whose values are *remembered
	recent list.List               // the last used is in front
}

// remembered is one dialogue.
type remembered struct {
	sight
	dialogue dialogue.Dialogue
}

func newDialogues(parts Parts) *dialogues {
	self, _ := parts.Identity.Address(house)
	return &dialogues{
		keep: parts.Questions, prefix: "dialogue/" + self.String() + "/", log: parts.Log,
		known: make(map[sight]*list.Element),
	}
}

// with gives a dialogue to do, which must neither keep it nor wait.
func (d *dialogues) with(s sight, do func(*dialogue.Dialogue)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	do(&d.of(s).dialogue)
}

// of returns a dialogue. The caller holds mu.
func (d *dialogues) of(s sight) *remembered {
	if e, ok := d.known[s]; ok {
		d.recent.MoveToFront(e)
		return e.Value.(*remembered)
	}
	if len(d.known) >= maxDialogues {
		oldest := d.recent.Back()
		delete(d.known, d.recent.Remove(oldest).(*remembered).sight)
	}
	it := &remembered{sight: s}
	d.known[s] = d.recent.PushFront(it)
	return it
}

func (d *dialogues) key(s sight) string { return d.prefix + s.user.String() + "/" + string(s.id) }

// save keeps what of a dialogue is to survive a restart, where that has changed.
func (d *dialogues) save(ctx context.Context, s sight) {
	var text []byte
	var err error
	changed, empty := false, false
	d.with(s, func(it *dialogue.Dialogue) {
		if changed = it.Changed(); !changed {
			return
		}
		var kept dialogue.Kept
		if kept, empty = it.Kept(time.Now()); !empty {
			text, err = json.Marshal(kept)
		}
	})
	switch {
	case err != nil || !changed:
	case empty:
		err = d.keep.Delete(ctx, d.key(s))
	default:
		err = d.keep.Put(ctx, d.key(s), text)
	}
	if err != nil {
		d.log.Warn().Err(err).Stringer("jid", s.user).Msg("an open question is not stored; a restart will forget it")
	}
}

// restore takes what was kept of the last run, and drops what is of no use any
// more.
func (d *dialogues) restore(ctx context.Context) {
	stored, err := d.keep.List(ctx, d.prefix)
	if err != nil {
		d.log.Warn().Err(err).Msg("the open questions of the last run cannot be read")
		return
	}
	for key, text := range stored {
		s, kept, ok := parseKept(strings.TrimPrefix(key, d.prefix), text)
		if !ok {
			d.drop(ctx, key)
			continue
		}
		empty := false
		d.with(s, func(it *dialogue.Dialogue) {
			it.Restore(kept)
			_, empty = it.Kept(time.Now())
		})
		if empty {
			d.drop(ctx, key)
		}
	}
}

func parseKept(name string, text []byte) (s sight, kept dialogue.Kept, ok bool) {
	user, id, ok := strings.Cut(name, "/")
	jid, err := xmpp.ParseJID(user)
	if !ok || err != nil || json.Unmarshal(text, &kept) != nil {
		return s, kept, false
	}
	return sight{devices.ID(id), jid}, kept, true
}

func (d *dialogues) drop(ctx context.Context, key string) {
	if err := d.keep.Delete(ctx, key); err != nil {
		d.log.Warn().Err(err).Msg("an old question is still stored")
	}
}
