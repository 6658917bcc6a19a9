package homie

import "strings"

// place is what a topic says.
type place struct {
	topic, root, base, id string
	five                  bool
	path                  []string // below base; never empty
}

// locate reads a topic. ok is false where it has no place for a device.
func locate(topic string) (at place, ok bool) {
	const most = 7 // levels
	if len(topic) > 512 {
		return at, false
	}
	levels := strings.SplitN(topic, "/", most)
	at.topic, at.root = topic, levels[0]
	if len(levels) > 3 && levels[1] == "5" {
		at.five = true
		levels = levels[1:]
	}
	if len(levels) < 3 {
		return at, false
	}
	at.id, at.path = levels[1], levels[2:]
	if at.id == "" || at.root == "" || strings.HasPrefix(at.root, "$") {
		return at, false
	}
	at.base = at.root + "/" + at.id
	if at.five {
		at.base = at.root + "/5/" + at.id
	}
	return at, true
}
