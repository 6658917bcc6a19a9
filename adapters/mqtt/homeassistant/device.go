package homeassistant

import (
	"errors"
	"fmt"
	"strings"

	"thingbridge/adapters/mqtt/convention"
)

// deviceInfo is what an announcement says of the physical device.
type deviceInfo struct {
	name, manufacturer, model, modelID, serial, area, origin string

	identities []string // by which it is the same device as another announcement's
	macs       []string // of its connections
	keys       []string // for convention.Names, the best first
}

const maxIdentities = 32 // of one device; real ones have up to 4

// readDevice reads the device of an announcement, which need not be there.
func readDevice(n node) (deviceInfo, error) {
	var info deviceInfo
	if n.kind == nullNode {
		return info, nil
	}
	if n.kind != objectNode {
		return info, errors.New("device is not an object")
	}
	expand(n.members, shortDeviceKeys)
	s := &spec{members: n.members, component: "device"}
	info.name = clip(s.text("name"))
	info.manufacturer = clip(s.text("manufacturer"))
	info.model = clip(s.text("model"))
	info.modelID = clip(s.text("model_id"))
	info.serial = clip(s.text("serial_number"))
	info.area = clip(s.text("suggested_area"))
	identifiers := s.texts("identifiers")
	connections := n.members["connections"]
	if len(identifiers)+len(connections.list) > maxIdentities {
		s.fail("it has %d identifiers and connections, at most %d are taken", len(identifiers)+len(connections.list), maxIdentities)
	}
	if s.err != nil {
		return info, fmt.Errorf("device: %w", s.err)
	}
	for _, pair := range connections.list {
		if err := info.connect(pair); err != nil {
			return info, err
		}
	}
	var guessed []string
	for _, identifier := range identifiers {
		if identifier == "" || len(identifier) > maxTopic {
			continue
		}
		info.identities = append(info.identities, "id:"+identifier)
		if mac := macAtEnd(identifier); mac != "" {
			guessed = append(guessed, "mac:"+mac)
		}
	}
	for _, mac := range info.macs {
		info.keys = append(info.keys, "mac:"+mac)
	}
	info.keys = append(info.keys, guessed...)
	for _, identity := range info.identities {
		info.keys = append(info.keys, strings.ToLower(identity))
	}
	return info, nil
}

func (info *deviceInfo) connect(pair node) error {
	if len(pair.list) != 2 {
		return errors.New("device: a connection is not a list of two texts")
	}
	kind, ok1 := pair.list[0].plain()
	value, ok2 := pair.list[1].plain()
	if !ok1 || !ok2 || len(kind)+len(value) > maxTopic {
		return errors.New("device: a connection is not a list of two texts")
	}
	if value == "" {
		return nil
	}
	if kind == "mac" || kind == "bluetooth" {
		if mac := macAtEnd(value); mac != "" || isMAC(plainHex(value)) {
			value = plainHex(value)
			value = value[len(value)-macLength:]
			info.macs = append(info.macs, value)
		}
	}
	info.identities = append(info.identities, "connection:"+kind+":"+strings.ToLower(value))
	return nil
}

const macLength = 12 // hexadecimal digits

// macAtEnd returns the MAC that text is or ends in, in lower case without colons, or
// "". Twelve digits with no letter among them are a number, unless colons part them.
func macAtEnd(text string) string {
	const parted = 17 // 12 digits and 5 marks
	if len(text) >= parted {
		tail := text[len(text)-parted:]
		if mark := tail[2]; mark == ':' || mark == '-' {
			if mac := plainHex(tail); strings.Count(tail, string(mark)) == 5 && isMAC(mac) && !hexBefore(text, parted) {
				return mac
			}
		}
	}
	if len(text) < macLength || hexBefore(text, macLength) {
		return ""
	}
	tail := strings.ToLower(text[len(text)-macLength:])
	if isMAC(tail) && strings.ContainsAny(tail, "abcdef") {
		return tail
	}
	return ""
}

// hexBefore reports whether what stands before the last n bytes goes on in it.
func hexBefore(text string, n int) bool {
	if len(text) == n {
		return false
	}
	c := text[len(text)-n-1]
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func plainHex(text string) string {
	return strings.ToLower(strings.NewReplacer(":", "", "-", "", ".", "").Replace(text))
}

func isMAC(text string) bool {
	if len(text) != macLength {
		return false
	}
	for _, c := range []byte(text) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// originName is who announces, as far as it says so.
func originName(n node) string {
	if n.kind != objectNode {
		return ""
	}
	expand(n.members, shortOriginKeys)
	name, _ := n.members["name"].plain()
	return clip(name)
}

// belong makes e a part of the device that info names. What names none is part of its
// topic's node, or else a device of its own: a component such as a thermostat always is,
// for a node may be the gateway of many.
func (e *entity) belong(at address, info deviceInfo) {
	e.info = info
	if e.entityID == "" {
		e.entityID = e.component + "." + slug(info.name+" "+e.name)
	}
	if len(info.identities) > 0 {
		return
	}
	switch {
	case at.node != "" && !e.main:
		e.alone("node:"+at.node, at.node)
	case e.unique != "":
		e.alone("unique:"+e.component+":"+e.unique, e.unique)
	default:
		e.alone("object:"+e.component+":"+at.node+"/"+at.object, at.object)
	}
	if e.info.name == "" {
		e.info.name = e.name
		if at.node != "" && !e.main {
			e.info.name = at.node
		}
	}
	if e.info.name == "" {
		e.info.name = at.object
	}
}

// alone gives e an identity that is no device's.
func (e *entity) alone(identity, id string) {
	e.info.identities = []string{identity}
	if mac := macAtEnd(id); mac != "" {
		e.info.keys = append(e.info.keys, "mac:"+mac)
	}
	e.info.keys = append(e.info.keys, strings.ToLower("id:"+convention.Shorten(id)))
}
