package radio

import "bytes"

// Levels splits a topic. What lies deeper than there is place for is left out.
func Levels(dst [][]byte, topic []byte) [][]byte {
	for len(dst) < cap(dst) {
		level, rest, more := bytes.Cut(topic, []byte("/"))
		dst = append(dst, level)
		if !more {
			return dst
		}
		topic = rest
	}
	return dst
}
