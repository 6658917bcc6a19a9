package xep

import "time"

// Namespaces of the extensions that carry a time.
const (
	NSDelay = "urn:xmpp:delay"  // XEP-0203
	NSIdle  = "urn:xmpp:idle:1" // XEP-0319
	NSTime  = "urn:xmpp:time"   // XEP-0202
)

// stamp is the format of XEP-0082, in UTC and seconds.
const stamp = "2006-01-02T15:04:05Z"

// AppendIdle appends since when a contact has been idle (XEP-0319 3).
func AppendIdle(dst []byte, since time.Time) []byte {
	dst = append(dst, "<idle xmlns='"+NSIdle+"' since='"...)
	dst = since.UTC().AppendFormat(dst, stamp)
	return append(dst, "'/>"...)
}

// AppendDelay appends since when a stanza has been true (XEP-0203).
func AppendDelay(dst []byte, since time.Time) []byte {
	dst = append(dst, "<delay xmlns='"+NSDelay+"' stamp='"...)
	dst = since.UTC().AppendFormat(dst, stamp)
	return append(dst, "'/>"...)
}

// EntityTime encodes the answer to an entity time query (XEP-0202): the time,
// and the offset of its zone.
func EntityTime(now time.Time) []byte {
	out := []byte("<time xmlns='" + NSTime + "'><tzo>")
	out = now.AppendFormat(out, "-07:00")
	out = append(out, "</tzo><utc>"...)
	out = now.UTC().AppendFormat(out, stamp)
	return append(out, "</utc></time>"...)
}

// ParseStamp reads the time of a delay element (XEP-0203, XEP-0082).
func ParseStamp(text string) (time.Time, bool) {
	const longest = 40 // a date-time with fractions and a zone has 35 at most
	if len(text) > longest {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	return t, err == nil
}
