package convention

import "bytes"

// Origin is what we call ourselves where we announce devices of our own.
const Origin = "thingbridge"

// OurPrefix begins the object ids under which we announce them.
const OurPrefix = Origin + "_"

// Ours reports whether a topic is one on which we announce a device of our own to Home
// Assistant. It is not taken for a device: it is one already.
func Ours(topic []byte) bool {
	rest, ok := bytes.CutSuffix(topic, []byte("/config"))
	if !ok {
		return false
	}
	return bytes.HasPrefix(rest[bytes.LastIndexByte(rest, '/')+1:], []byte(OurPrefix))
}
