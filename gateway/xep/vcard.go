package xep

// Namespaces of vCards: the one that all clients read (XEP-0054), and the one of
// RFC 6351 with its node (XEP-0292).
const (
	NSVCard   = "vcard-temp"
	NSVCard4  = "urn:ietf:params:xml:ns:vcard-4.0"
	NodeVCard = "urn:xmpp:vcard4"
)

// Card is what is known of a contact. What is empty is left out.
type Card struct {
	Name         string
	Organization string // who made it
	Unit         string // the room
	Title        string // the model
	Note         string
	JID          string // bare
	URI          string // xmpp:
	Kind         string // of RFC 6350: "device", "location"
	Photo        Image
}

// VCard encodes a card for who asks by XEP-0054.
func VCard(c Card) []byte {
	out := appendTag(nil, "vCard", "xmlns", NSVCard)
	out = appendElement(out, "FN", c.Name)
	out = appendElement(out, "NICKNAME", c.Name)
	if c.Photo.Base64 != "" {
		out = append(out, "<PHOTO>"...)
		out = appendElement(out, "TYPE", c.Photo.Type)
		out = appendElement(out, "BINVAL", c.Photo.Base64)
		out = append(out, "</PHOTO>"...)
	}
	if c.Organization != "" || c.Unit != "" {
		out = append(out, "<ORG>"...)
		out = appendElement(out, "ORGNAME", c.Organization)
		out = appendElement(out, "ORGUNIT", c.Unit)
		out = append(out, "</ORG>"...)
	}
	out = appendElement(out, "TITLE", c.Title)
	out = appendElement(out, "URL", c.URI)
	out = appendElement(out, "JABBERID", c.JID)
	out = appendElement(out, "DESC", c.Note)
	return append(out, "</vCard>"...)
}

// VCard4 encodes a card for who asks by XEP-0292.
func VCard4(c Card) []byte {
	out := appendTag(nil, "vcard", "xmlns", NSVCard4)
	property := func(name, kind, value string) {
		if value != "" {
			out = appendElement(append(append(append(out, '<'), name...), '>'), kind, value)
			out = append(append(append(out, "</"...), name...), '>')
		}
	}
	property("kind", "text", c.Kind)
	property("fn", "text", c.Name)
	property("nickname", "text", c.Name)
	if c.Photo.Base64 != "" {
		property("photo", "uri", "data:"+c.Photo.Type+";base64,"+c.Photo.Base64)
	}
	if c.Organization != "" || c.Unit != "" {
		out = append(out, "<org>"...)
		out = appendElement(out, "text", c.Organization)
		out = appendElement(out, "text", c.Unit)
		out = append(out, "</org>"...)
	}
	property("title", "text", c.Title)
	property("url", "uri", c.URI)
	property("impp", "uri", c.URI)
	property("note", "text", c.Note)
	return append(out, "</vcard>"...)
}

// VCard4Item is the item that holds a card.
func VCard4Item(c Card) Item { return Item{Node: NodeVCard, ID: "current", Payload: VCard4(c)} }
