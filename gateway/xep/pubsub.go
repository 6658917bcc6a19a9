package xep

import "thingbridge/gateway/xmpp"

// Namespaces of publish-subscribe (XEP-0060).
const (
	NSPubSub      = "http://jabber.org/protocol/pubsub"
	NSPubSubEvent = "http://jabber.org/protocol/pubsub#event"
)

// Item is something published under a node. Payload is one element.
type Item struct {
	Node, ID string
	Payload  []byte
}

// PubSubItems encodes the answer to a request for items of a node, which may be
// none.
func PubSubItems(node string, items ...Item) []byte {
	out := appendTag(nil, "pubsub", "xmlns", NSPubSub)
	out = appendItems(out, "items", node, items)
	return append(out, "</pubsub>"...)
}

// PubSubPublish encodes the publication of an item.
func PubSubPublish(it Item) []byte {
	out := appendTag(nil, "pubsub", "xmlns", NSPubSub)
	out = appendItems(out, "publish", it.Node, []Item{it})
	return append(out, "</pubsub>"...)
}

// AppendEvent appends the news that an item was published (XEP-0060 7.1.2.1).
func AppendEvent(dst []byte, it Item) []byte {
	dst = appendTag(dst, "event", "xmlns", NSPubSubEvent)
	dst = appendItems(dst, "items", it.Node, []Item{it})
	return append(dst, "</event>"...)
}

func appendItems(dst []byte, name, node string, items []Item) []byte {
	dst = appendTag(dst, name, "node", node)
	for _, it := range items {
		dst = appendTag(dst, "item", "id", it.ID)
		dst = append(dst, it.Payload...)
		dst = append(dst, "</item>"...)
	}
	return append(append(append(dst, "</"...), name...), '>')
}

// ItemsQuery is a request for items of a node; without IDs, for the last.
type ItemsQuery struct {
	Node string
	IDs  []string
}

// ParseItemsQuery reads the request in a pubsub element; ok is false when it is
// another one.
func ParseItemsQuery(pubsub *xmpp.Element) (q ItemsQuery, ok bool) {
	items := pubsub.Child(NSPubSub, "items")
	if items == nil {
		return ItemsQuery{}, false
	}
	q.Node = items.Attr("node")
	for i := range items.Children {
		if it := &items.Children[i]; it.Space == NSPubSub && it.Local == "item" {
			q.IDs = append(q.IDs, it.Attr("id"))
		}
	}
	return q, true
}
