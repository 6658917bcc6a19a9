package convention

import (
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"

	"thingbridge/devices"
)

// maxNames bounds how many devices one broker can have, also over time.
const maxNames = 20_000

// Names gives each physical device of a broker the ID that it keeps for ever,
// whatever it is called later, and to one convention: a device that announces
// itself in two ways is one device. All methods can be called from any goroutine.
type Names struct {
	mu      sync.Mutex
	byKey   map[string]known
	taken   map[devices.ID]string // key
	fresh   []Name                // given since the last Fresh
	moved   []Move                // since the last Moved
	rank    map[string]int        // of conventions; lower goes first
	live    int                   // devices that are there
	limit   int                   // of live
	refused uint64                // announcements for which there was no room
}

// known is a name and whether its device is there, that is: was announced in this
// run and not removed.
type known struct {
	Name
	live bool
}

// Name is the ID that a physical device has.
type Name struct {
	Key        string // identifies the device physically: "mac:aabbccddeeff", "id:0x00158d0001"
	ID         devices.ID
	Convention string // that speaks for it
}

// NewNames returns the names of a broker. Of two conventions that announce the same
// device, the one that stands first in order speaks for it. reserved are IDs that
// no device may have, as they are somebody's already.
func NewNames(order []string, reserved []devices.ID) *Names {
	n := &Names{byKey: make(map[string]known), limit: maxNames, taken: make(map[devices.ID]string), rank: make(map[string]int)}
	for i, convention := range order {
		n.rank[convention] = i
	}
	for _, id := range reserved {
		n.taken[id] = ""
	}
	return n
}

// Load takes over names of earlier runs. One whose ID is taken is left out.
func (n *Names) Load(names []Name) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range names {
		if _, taken := n.taken[name.ID]; taken || len(n.byKey) >= maxNames {
			continue
		}
		n.byKey[name.Key] = known{Name: name}
		n.taken[name.ID] = name.Key
	}
}

// Limit bounds how many devices can be there at once.
func (n *Names) Limit(limit int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.limit = min(limit, maxNames)
}

// Assign returns the ID of the device with a key, which is made of wanted (its
// name) when the device is seen for the first time. ok is false where a convention
// that goes first speaks for the device, or when there are too many devices.
func (n *Names) Assign(convention, key, wanted string) (id devices.ID, ok bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	k, seen := n.byKey[key]
	if !k.live && n.live >= n.limit {
		n.refused++
		return "", false
	}
	switch {
	case seen && k.live && k.Convention == convention:
		return k.ID, true
	case seen && k.live && n.rank[k.Convention] < n.rank[convention]:
		return k.ID, false
	case !seen:
		n.makeRoom()
		k.Name = Name{Key: strings.Clone(key), ID: n.free(key, wanted)}
	}
	if !k.live {
		n.live++
		k.live = true
	}
	if k.Convention != convention {
		if seen {
			n.moved = append(n.moved, Move{ID: k.ID, From: k.Convention, To: convention})
		}
		k.Convention = convention
		n.fresh = append(n.fresh, k.Name)
	}
	n.byKey[k.Key] = k
	n.taken[k.ID] = k.Key
	return k.ID, true
}

// makeRoom forgets the name of a device that is not there, when there are too
// many names.
func (n *Names) makeRoom() {
	if len(n.byKey) < maxNames {
		return
	}
	for key, k := range n.byKey {
		if !k.live {
			delete(n.byKey, key)
			delete(n.taken, k.ID)
			n.fresh = append(n.fresh, Name{Key: key})
			return
		}
	}
}

// Release notes that devices are gone. Their names stay theirs, as long as there
// is room.
func (n *Names) Release(ids []devices.ID) {
	if len(ids) == 0 {
		return
	}
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, id := range ids {
		if k := n.byKey[n.taken[id]]; k.live {
			k.live = false
			n.live--
			n.byKey[k.Key] = k
		}
	}
}

// Room reports whether a device that is known by one of the keys would get an ID,
// and counts where it would not: what Assign would say of an announcement before
// it is read and kept.
func (n *Names) Room(keys ...string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.live < n.limit {
		return true
	}
	for _, key := range keys {
		if n.byKey[key].live {
			return true
		}
	}
	n.refused++
	return false
}

// Refused returns for how many announcements there was no room.
func (n *Names) Refused() uint64 {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.refused
}

// Move says that another convention speaks for a device now.
type Move struct {
	ID       devices.ID
	From, To string
}

// Moved returns the moves since it was called last.
func (n *Names) Moved() []Move {
	n.mu.Lock()
	defer n.mu.Unlock()
	moved := n.moved
	n.moved = nil
	return moved
}

// Owner returns the convention that speaks for the device with a key, or "".
func (n *Names) Owner(key string) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.byKey[key].Convention
}

// Fresh returns the names that were given since it was called last. One without an
// ID is forgotten.
func (n *Names) Fresh() []Name {
	n.mu.Lock()
	defer n.mu.Unlock()
	fresh := slices.Clone(n.fresh)
	n.fresh = n.fresh[:0]
	return fresh
}

// free makes an ID that nobody has. Of two devices with the same name the later
// one gets a suffix of its key, so that it is the same after its name was lost.
func (n *Names) free(key, wanted string) devices.ID {
	id := devices.Slug(wanted)
	if id == "" {
		id = devices.Slug(key)
	}
	if _, taken := n.taken[id]; !taken && id != "" {
		return id
	}
	sum := fnv.New32a()
	sum.Write([]byte(key))
	for i := uint32(0); ; i++ {
		candidate := devices.Slug(fmt.Sprintf("%.40s-%04x", id, (sum.Sum32()+i)&0xffff))
		if _, taken := n.taken[candidate]; !taken {
			return candidate
		}
	}
}
