package xmpp

// Namespaces that the package itself speaks.
const (
	NSComponent    = "jabber:component:accept"              // of the stanzas on a component's stream
	NSClient       = "jabber:client"                        // of the stanzas on an account's stream
	NSStreams      = "http://etherx.jabber.org/streams"     // of the stream's own elements
	NSStanzas      = "urn:ietf:params:xml:ns:xmpp-stanzas"  // of the conditions of stanza errors
	NSXML          = "http://www.w3.org/XML/1998/namespace" // of xml:lang
	NSPing         = "urn:xmpp:ping"                        // XEP-0199
	nsXMLNS        = "http://www.w3.org/2000/xmlns/"
	nsStreamErrors = "urn:ietf:params:xml:ns:xmpp-streams"
)

// Kind is which of the three stanzas it is.
type Kind uint8

// The kinds of stanzas.
const (
	Message Kind = iota + 1
	Presence
	IQ
)

// String returns the name of the element: "message", "presence" or "iq".
func (k Kind) String() string {
	switch k {
	case Message:
		return "message"
	case Presence:
		return "presence"
	case IQ:
		return "iq"
	}
	return "none"
}

// Stanza is one message, presence or iq as it arrived. Its strings are parts of
// one allocation as large as the stanza: clone what is kept for long. The
// addresses are not.
type Stanza struct {
	Kind     Kind
	Space    string // the stream's own namespace, which body, show and status carry
	Type     string // as written; a message without one is "normal" to RFC 6121 but "" here
	ID       string // at most 1023 bytes
	Lang     string // xml:lang
	From, To JID    // zero where the stanza has none
	Children []Element
}

// Child returns the first direct child of exactly that namespace and name, or
// nil. Children that belong to the stream's own namespace are found by
// [Stanza.Own].
func (s *Stanza) Child(space, local string) *Element { return child(s.Children, space, local) }

// Own returns the first direct child with that name in the stream's own
// namespace (body, subject, thread, show, status, priority, error), or nil.
func (s *Stanza) Own(local string) *Element { return child(s.Children, s.Space, local) }

// Body returns the text of the body: the one without xml:lang or in the language
// of the stanza where there are several, else the first. It is empty where there
// is none.
func (s *Stanza) Body() string {
	var first *Element
	for i := range s.Children {
		e := &s.Children[i]
		if e.Local != "body" || e.Space != s.Space {
			continue
		}
		if lang := e.Lang(); lang == "" || lang == s.Lang {
			return e.Text
		}
		if first == nil {
			first = e
		}
	}
	if first == nil {
		return ""
	}
	return first.Text
}

// Element is one XML element with its full name.
type Element struct {
	Space, Local string
	Attrs        []Attr // without the declarations of namespaces
	Children     []Element
	Text         string // the character data directly inside, joined
}

// Attr is one attribute. Space is empty for all that have no prefix.
type Attr struct{ Space, Local, Value string }

// Child returns the first direct child of exactly that namespace and name, or
// nil.
func (e *Element) Child(space, local string) *Element { return child(e.Children, space, local) }

// Attr returns the value of the attribute of that name without a prefix, or "".
func (e *Element) Attr(local string) string {
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Local == local && a.Space == "" {
			return a.Value
		}
	}
	return ""
}

// Lang returns the xml:lang that the element itself carries, or "".
func (e *Element) Lang() string {
	for i := range e.Attrs {
		if a := &e.Attrs[i]; a.Local == "lang" && a.Space == NSXML {
			return a.Value
		}
	}
	return ""
}

func child(children []Element, space, local string) *Element {
	for i := range children {
		if e := &children[i]; e.Local == local && e.Space == space {
			return e
		}
	}
	return nil
}
