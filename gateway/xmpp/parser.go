package xmpp

import (
	"fmt"
	"strings"
)

// Limits of one stanza. Real ones stay far below them.
const (
	maxDepth      = 64    // elements inside of each other
	maxAttributes = 64    // of one element, namespace declarations included
	maxElements   = 16384 // in all: a large roster has thousands
	maxNamespaces = 128   // declared at one place, by the elements around it
)

// parser reads the elements of one stream, in the subset of XML that XMPP uses
// (RFC 6120 11). It is given whole elements by a framer.
//
// Its errors are of two sorts. A *[StanzaError] says that one element is not
// taken, and what to answer; the next is read as if nothing had been. Any other
// error wraps errNotWellFormed or errRestricted and ends the stream.
type parser struct {
	in       string
	pos      int
	scope    []binding // declared prefixes, the innermost last; "" is the default namespace
	header   int       // how many of them the stream's header declared
	elements int       // seen in this stanza
	attrs    []rawAttr // of the tag being read
}

type binding struct{ prefix, space string }

type rawAttr struct{ prefix, local, value string }

func newParser() *parser {
	return &parser{scope: []binding{{"xml", NSXML}, {"xmlns", nsXMLNS}}, header: 2}
}

// streamHeader reads the root's start tag, whose namespaces stay declared.
func (p *parser) streamHeader(text []byte) (Element, error) {
	p.reset(string(text))
	if err := p.declaration(); err != nil {
		return Element{}, err
	}
	e, _, _, err := p.startTag()
	p.header = len(p.scope)
	return e, err
}

// declaration passes over "<?xml … ?>" and the space around it.
func (p *parser) declaration() error {
	p.skipSpace()
	if !strings.HasPrefix(p.in[p.pos:], "<?") {
		return nil
	}
	n := strings.Index(p.in[p.pos:], "?>")
	if n < 0 || !strings.HasPrefix(p.in[p.pos:], "<?xml ") {
		return errRestricted
	}
	p.pos += n + len("?>")
	p.skipSpace()
	return nil
}

// element reads one whole element. When it returns a *StanzaError, the Element
// holds the name and the attributes if those could be read.
func (p *parser) element(text []byte) (Element, error) {
	p.reset(string(text))
	e, tag, empty, err := p.startTag()
	if err == nil && !empty {
		err = p.content(&e, tag, 1)
	}
	if err == nil && p.pos != len(p.in) {
		err = errNotWellFormed
	}
	return e, err
}

// start reads the start tag at the beginning of text and nothing of the rest.
func (p *parser) start(text []byte) (Element, error) {
	p.reset(string(text))
	e, _, _, err := p.startTag()
	return e, err
}

func (p *parser) reset(text string) {
	p.in, p.pos, p.elements = text, 0, 0
	p.scope = p.scope[:p.header]
}

// content reads what is in e up to and including the end tag.
func (p *parser) content(e *Element, tag string, depth int) error {
	outer := len(p.scope)
	var text joiner
	for {
		n := strings.IndexByte(p.in[p.pos:], '<')
		if n < 0 {
			return errNotWellFormed
		}
		if err := text.addText(p.in[p.pos : p.pos+n]); err != nil {
			return err
		}
		p.pos += n
		var err error
		switch {
		case strings.HasPrefix(p.in[p.pos:], "</"):
			e.Text = text.String()
			return p.endTag(tag)
		case strings.HasPrefix(p.in[p.pos:], "<!"):
			err = p.cdata(&text)
		default:
			err = p.child(e, depth)
		}
		if err != nil {
			return err
		}
		p.scope = p.scope[:outer]
	}
}

func (p *parser) child(e *Element, depth int) error {
	if depth >= maxDepth {
		return refuse(PolicyViolation, fmt.Sprintf("more than %d elements inside of each other", maxDepth))
	}
	child, tag, empty, err := p.startTag()
	if err == nil && !empty {
		err = p.content(&child, tag, depth+1)
	}
	if err != nil {
		return err
	}
	e.Children = append(e.Children, child)
	return nil
}

func (p *parser) cdata(text *joiner) error {
	rest, ok := strings.CutPrefix(p.in[p.pos:], "<!"+cdataOpen)
	if !ok {
		return errRestricted
	}
	data, _, ok := strings.Cut(rest, cdataClose)
	if !ok {
		return errNotWellFormed
	}
	p.pos += len("<!"+cdataOpen) + len(data) + len(cdataClose)
	return text.addCDATA(data)
}

func (p *parser) endTag(tag string) error {
	rest, ok := strings.CutPrefix(p.in[p.pos+len("</"):], tag)
	if !ok {
		return errNotWellFormed
	}
	p.pos = len(p.in) - len(rest)
	p.skipSpace()
	return p.expect('>')
}

// startTag reads a start tag or an empty element. It returns the name as written
// too, for the end tag, and whether there is none.
func (p *parser) startTag() (e Element, tag string, empty bool, err error) {
	if p.elements++; p.elements > maxElements {
		return e, "", false, refuse(PolicyViolation, fmt.Sprintf("more than %d elements", maxElements))
	}
	if err = p.expect('<'); err != nil {
		return e, "", false, err
	}
	begin := p.pos
	prefix, local, err := p.name()
	if err != nil {
		return e, "", false, err
	}
	tag = p.in[begin:p.pos]
	if err = p.attributes(); err != nil {
		return e, "", false, err
	}
	if p.at() == '/' {
		empty = true
		p.pos++
	}
	if err = p.expect('>'); err != nil {
		return e, "", false, err
	}
	e, err = p.resolve(prefix, local)
	return e, tag, empty, err
}

// attributes reads all attributes of a tag into p.attrs, up to its '/' or '>'.
func (p *parser) attributes() error {
	p.attrs = p.attrs[:0]
	for {
		before := p.pos
		p.skipSpace()
		if c := p.at(); c == '>' || c == '/' {
			return nil
		}
		if p.pos == before {
			return errNotWellFormed
		}
		if len(p.attrs) == maxAttributes {
			return refuse(PolicyViolation, fmt.Sprintf("more than %d attributes", maxAttributes))
		}
		if err := p.attribute(); err != nil {
			return err
		}
	}
}

func (p *parser) attribute() error {
	prefix, local, err := p.name()
	if err != nil {
		return err
	}
	p.skipSpace()
	if err := p.expect('='); err != nil {
		return err
	}
	p.skipSpace()
	quote := p.at()
	if quote != '\'' && quote != '"' {
		return errNotWellFormed
	}
	n := strings.IndexByte(p.in[p.pos+1:], quote)
	if n < 0 {
		return errNotWellFormed
	}
	value, err := attrValue(p.in[p.pos+1 : p.pos+1+n])
	if err != nil {
		return err
	}
	p.pos += n + 2
	p.attrs = append(p.attrs, rawAttr{prefix, local, value})
	return nil
}

// at returns the next byte, or 0 at the end.
func (p *parser) at() byte {
	if p.pos < len(p.in) {
		return p.in[p.pos]
	}
	return 0
}

func (p *parser) expect(c byte) error {
	if p.at() != c {
		return errNotWellFormed
	}
	p.pos++
	return nil
}

func (p *parser) skipSpace() {
	for p.pos < len(p.in) && isSpace(p.in[p.pos]) {
		p.pos++
	}
}

// refuse makes the error for one stanza that is not taken.
func refuse(c Condition, text string) error {
	return &StanzaError{Type: Modify, Condition: c, Text: text}
}
