package xep

import (
	"strconv"
	"time"

	"thingbridge/gateway/xmpp"
)

// NSLast is the namespace of last activity (XEP-0012).
const NSLast = "jabber:iq:last"

// LastActivity encodes the answer to a last activity query: the time since the
// entity was last heard of, or since a component was started; status is what its
// last presence said, where that is over.
func LastActivity(ago time.Duration, status string) []byte {
	out := append([]byte("<query xmlns='"+NSLast+"' seconds='"), strconv.FormatInt(int64(max(ago, 0)/time.Second), 10)...)
	if status == "" {
		return append(out, "'/>"...)
	}
	out = xmpp.AppendText(append(out, "'>"...), status)
	return append(out, "</query>"...)
}
