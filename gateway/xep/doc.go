// Package xep encodes and decodes the payloads of extensions, one file for each
// XEP. It sends nothing and decides nothing.
package xep

import "encoding/xml"

// marshal writes a payload built from structs, which is safe for whatever text
// is in it. A payload that cannot be written is a mistake in this package, never
// in the data; it is left out.
func marshal(payload interface{ Namespace() string }) []byte {
	out, err := xml.Marshal(payload)
	if err != nil {
		return nil
	}
	return out
}
