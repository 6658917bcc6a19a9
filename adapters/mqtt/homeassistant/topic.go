package homeassistant

import (
	"fmt"
	"strings"
)

// address is where an announcement stands below the prefix.
type address struct {
	component string
	node      string // empty: none
	object    string
}

// parseAddress reads <component>/[<node>/]<object>/config. ok is false for a topic
// of another shape, which is no announcement.
func parseAddress(rest string) (a address, ok bool, err error) {
	rest, ok = strings.CutSuffix(rest, "/config")
	if !ok {
		return address{}, false, nil
	}
	levels := strings.Split(rest, "/")
	switch len(levels) {
	case 2:
		a = address{component: levels[0], object: levels[1]}
	case 3:
		a = address{component: levels[0], node: levels[1], object: levels[2]}
	default:
		return address{}, false, nil
	}
	for _, level := range levels {
		if len(level) > maxLevel {
			return a, true, fmt.Errorf("a level of the topic has %d bytes, at most %d are read", len(level), maxLevel)
		}
		if !isIdentifier(level) {
			return a, true, fmt.Errorf("%q in the topic must be made of a-z, A-Z, 0-9, _ and -", level)
		}
	}
	return a, true, nil
}

// within is the name of the object among the things of its device, which its node or its
// bundle stands for. It is empty where the object stands alone, and has to say of which
// device it is.
func (a address) within() string {
	if a.node == "" && a.component != "device" {
		return ""
	}
	object := slug(parted(a.object))
	if rest, ok := strings.CutPrefix(object, slug(a.node)+"_"); ok && a.node != "" {
		return rest
	}
	return object
}

// parted has the words of text apart that only capitals part: area1Occupancy.
func parted(text string) string {
	var out strings.Builder
	for i, c := range []byte(text) {
		if i > 0 && c >= 'A' && c <= 'Z' && (text[i-1] < 'A' || text[i-1] > 'Z') {
			out.WriteByte('_')
		}
		out.WriteByte(c)
	}
	return out.String()
}

const maxLevel = 256 // bytes of a level of a topic; real ones have up to 60

func isIdentifier(text string) bool {
	for _, c := range []byte(text) {
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '_', c == '-':
		default:
			return false
		}
	}
	return text != ""
}

const maxTopic = 1024 // bytes of a topic that an announcement names; MQTT allows 65,535

// checkTopic returns why topic cannot be published to.
func checkTopic(topic string) error {
	switch {
	case len(topic) > maxTopic:
		return fmt.Errorf("the topic has %d bytes, at most %d are taken", len(topic), maxTopic)
	case strings.ContainsAny(topic, "+#"):
		return fmt.Errorf("the topic %q has a wildcard", topic)
	case strings.HasPrefix(topic, settledTopic):
		return fmt.Errorf("the topic %q is ours", topic)
	case strings.HasPrefix(topic, "$share/"), strings.HasPrefix(topic, "$queue/"):
		return fmt.Errorf("the topic %q is a subscription that others share", topic)
	case strings.ContainsRune(topic, 0):
		return fmt.Errorf("the topic %q has a zero byte", topic)
	}
	return nil
}
