package xep

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"thingbridge/gateway/xmpp"
)

// NSFallback is the namespace of fallback indications (XEP-0428).
const NSFallback = "urn:xmpp:fallback:0"

// maxFallbacks bounds the parts of one body that are fallback.
const maxFallbacks = 16

// WithoutFallback returns body without the parts that a message marks as there
// for clients which do not understand the rest of it. Parts count in Unicode code
// points (XEP-0426); those that make no sense are left in.
func WithoutFallback(s *xmpp.Stanza, body string) string {
	var parts [][2]int // in code points
	length := -1
	for i := range s.Children {
		e := &s.Children[i]
		if e.Space != NSFallback || e.Local != "fallback" {
			continue
		}
		if len(e.Children) == 0 {
			return "" // all of it
		}
		for j := range e.Children {
			c := &e.Children[j]
			if c.Space != NSFallback || c.Local != "body" {
				continue
			}
			if length < 0 {
				length = utf8.RuneCountInString(body)
			}
			part, ok := fallbackPart(c, length)
			if ok && len(parts) < maxFallbacks {
				parts = append(parts, part)
			}
		}
	}
	if len(parts) == 0 {
		return body
	}
	return cutParts(body, parts)
}

// fallbackPart reads one part of a text of that length.
func fallbackPart(e *xmpp.Element, length int) (part [2]int, ok bool) {
	part = [2]int{0, length}
	for i, name := range []string{"start", "end"} {
		text := e.Attr(name)
		if text == "" {
			continue
		}
		n, err := strconv.Atoi(text)
		if err != nil {
			return part, false
		}
		part[i] = n
	}
	part[1] = min(part[1], length)
	return part, 0 <= part[0] && part[0] < part[1]
}

func cutParts(body string, parts [][2]int) string {
	slices.SortFunc(parts, func(a, b [2]int) int { return a[0] - b[0] })
	var kept strings.Builder
	at := 0 // the code point that comes next
	for _, r := range body {
		for len(parts) > 0 && parts[0][1] <= at {
			parts = parts[1:]
		}
		inside := slices.ContainsFunc(parts, func(p [2]int) bool { return p[0] <= at && at < p[1] })
		if !inside {
			kept.WriteRune(r)
		}
		at++
	}
	return kept.String()
}
