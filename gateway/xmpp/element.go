package xmpp

import "strconv"

// AppendElement appends e and all inside of it. Each element declares its
// namespace where it differs from that of the element around it, so that e can
// stand anywhere. Text is written before the children.
func AppendElement(dst []byte, e *Element) []byte { return appendElement(dst, e, "\x00") }

// appendElement appends e into an element of the namespace outer.
func appendElement(dst []byte, e *Element, outer string) []byte {
	dst = append(dst, '<')
	dst = append(dst, e.Local...)
	if e.Space != outer {
		dst = append(dst, " xmlns='"...)
		dst = AppendAttr(dst, e.Space)
		dst = append(dst, '\'')
	}
	for i := range e.Attrs {
		dst = appendAttribute(dst, &e.Attrs[i], i)
	}
	if e.Text == "" && len(e.Children) == 0 {
		return append(dst, "/>"...)
	}
	dst = append(dst, '>')
	dst = AppendText(dst, e.Text)
	for i := range e.Children {
		dst = appendElement(dst, &e.Children[i], e.Space)
	}
	dst = append(dst, "</"...)
	dst = append(dst, e.Local...)
	return append(dst, '>')
}

// appendAttribute appends the attribute number i of its element, with a prefix
// of its own where it has a namespace.
func appendAttribute(dst []byte, a *Attr, i int) []byte {
	dst = append(dst, ' ')
	switch a.Space {
	case "":
	case NSXML:
		dst = append(dst, "xml:"...)
	default:
		prefix := strconv.AppendInt([]byte("a"), int64(i), 10)
		dst = append(append(append(dst, "xmlns:"...), prefix...), "='"...)
		dst = AppendAttr(dst, a.Space)
		dst = append(append(append(dst, "' "...), prefix...), ':')
	}
	dst = append(dst, a.Local...)
	dst = append(dst, "='"...)
	dst = AppendAttr(dst, a.Value)
	return append(dst, '\'')
}
