package xep

import (
	"strconv"
	"time"
)

// NSLast is the namespace of last activity (XEP-0012).
const NSLast = "jabber:iq:last"

// LastActivity encodes the answer to a last activity query: the time since the
// entity was last heard of, or since a component was started.
func LastActivity(ago time.Duration) []byte {
	out := append([]byte("<query xmlns='"+NSLast+"' seconds='"), strconv.FormatInt(int64(max(ago, 0)/time.Second), 10)...)
	return append(out, "'/>"...)
}
