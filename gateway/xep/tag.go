package xep

import "thingbridge/gateway/xmpp"

// appendTag appends a start tag with attributes, name and value in turn. Those
// without a value are left out.
func appendTag(dst []byte, name string, attributes ...string) []byte {
	dst = append(append(dst, '<'), name...)
	for i := 0; i+1 < len(attributes); i += 2 {
		if attributes[i+1] == "" {
			continue
		}
		dst = append(append(dst, ' '), attributes[i]...)
		dst = append(dst, `="`...)
		dst = append(xmpp.AppendAttr(dst, attributes[i+1]), '"')
	}
	return append(dst, '>')
}

// closeTag makes the start tag that dst ends with an empty element.
func closeTag(dst []byte) []byte { return append(dst[:len(dst)-1], "/>"...) }

// appendElement appends an element with text, or nothing where there is no text.
func appendElement(dst []byte, name, text string) []byte {
	if text == "" {
		return dst
	}
	dst = appendTag(dst, name)
	dst = xmpp.AppendText(dst, text)
	return append(append(append(dst, "</"...), name...), '>')
}
