package xmpp

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// resolve turns the name of a tag and p.attrs into an element with full names,
// after it has added the namespaces that the tag declares to the scope.
func (p *parser) resolve(prefix, local string) (Element, error) {
	plain, err := p.declare()
	if err != nil {
		return Element{}, err
	}
	e := Element{Local: local}
	if e.Space, err = p.space(prefix); err != nil {
		return Element{}, err
	}
	if plain == 0 {
		return e, nil
	}
	e.Attrs = make([]Attr, 0, plain)
	for _, raw := range p.attrs {
		if isDeclaration(raw) {
			continue
		}
		a := Attr{Local: raw.local, Value: raw.value}
		if raw.prefix != "" {
			if a.Space, err = p.space(raw.prefix); err != nil {
				return Element{}, err
			}
		}
		if slices.ContainsFunc(e.Attrs, func(b Attr) bool { return a.Local == b.Local && a.Space == b.Space }) {
			return Element{}, refuse(BadRequest, fmt.Sprintf("attribute %s twice", shorten(a.Local)))
		}
		e.Attrs = append(e.Attrs, a)
	}
	return e, nil
}

// declare adds the namespaces among p.attrs to the scope, and returns how many
// of the attributes are none.
func (p *parser) declare() (plain int, err error) {
	outer := len(p.scope)
	for _, a := range p.attrs {
		if !isDeclaration(a) {
			plain++
			continue
		}
		b := binding{a.local, a.value}
		if a.prefix == "" {
			b.prefix = ""
		}
		twice := slices.ContainsFunc(p.scope[outer:], func(o binding) bool { return o.prefix == b.prefix })
		if twice || !mayDeclare(b) {
			return 0, refuse(BadRequest, fmt.Sprintf("bad declaration of the prefix %q", shorten(b.prefix)))
		}
		if len(p.scope)-p.header == maxNamespaces {
			return 0, refuse(PolicyViolation, fmt.Sprintf("more than %d namespaces at once", maxNamespaces))
		}
		p.scope = append(p.scope, b)
	}
	return plain, nil
}

func isDeclaration(a rawAttr) bool {
	return a.prefix == "xmlns" || a.prefix == "" && a.local == "xmlns"
}

// mayDeclare holds the constraints of Namespaces in XML 1.0, section 3.
func mayDeclare(b binding) bool {
	if b.prefix == "xml" || b.space == NSXML {
		return b.prefix == "xml" && b.space == NSXML
	}
	return b.prefix != "xmlns" && b.space != nsXMLNS && (b.prefix == "" || b.space != "")
}

func (p *parser) space(prefix string) (string, error) {
	for i := len(p.scope) - 1; i >= 0; i-- {
		if p.scope[i].prefix == prefix {
			return p.scope[i].space, nil
		}
	}
	if prefix == "" {
		return "", nil
	}
	return "", refuse(BadRequest, fmt.Sprintf("undeclared prefix %q", shorten(prefix)))
}

// name reads a name and splits it at its colon.
func (p *parser) name() (prefix, local string, err error) {
	rest := p.in[p.pos:]
	n := strings.IndexAny(rest, " \t\r\n/>=")
	if n <= 0 || !validName(rest[:n]) {
		return "", "", errNotWellFormed
	}
	p.pos += n
	name := rest[:n]
	prefix, local, qualified := strings.Cut(name, ":")
	if !qualified {
		return "", name, nil
	}
	if prefix == "" || !validName(local) || strings.Contains(local, ":") {
		return "", "", refuse(BadRequest, fmt.Sprintf("bad name %q", shorten(name)))
	}
	return prefix, local, nil
}

func validName(s string) bool {
	for i, r := range s {
		if !nameChar(r) || i == 0 && !nameStart(r) {
			return false
		}
		if r == utf8.RuneError {
			return false // U+FFFD is a name character, but here it is mostly bad UTF-8
		}
	}
	return s != ""
}

// nameStart and nameChar are the productions [4] and [4a] of XML 1.0.
func nameStart(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == ':'
	case r <= 0x2FF:
		return r >= 0xC0 && r != 0xD7 && r != 0xF7
	}
	return r >= 0x370 && r <= 0x1FFF && r != 0x37E || r == 0x200C || r == 0x200D ||
		r >= 0x2070 && r <= 0x218F || r >= 0x2C00 && r <= 0x2FEF || r >= 0x3001 && r <= 0xD7FF ||
		r >= 0xF900 && r <= 0xFDCF || r >= 0xFDF0 && r <= 0xFFFD || r >= 0x10000 && r <= 0xEFFFF
}

func nameChar(r rune) bool {
	return nameStart(r) || r >= '0' && r <= '9' || r == '-' || r == '.' || r == 0xB7 ||
		r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}
