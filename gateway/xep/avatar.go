package xep

import (
	"strconv"

	"thingbridge/gateway/xmpp"
)

// Namespaces of avatars, which are also their nodes (XEP-0084), and of the hash in
// presence (XEP-0153).
const (
	NSAvatarData     = "urn:xmpp:avatar:data"
	NSAvatarMetadata = "urn:xmpp:avatar:metadata"
	NSVCardUpdate    = "vcard-temp:x:update"
)

// Image is a picture as extensions need it.
type Image struct {
	Type   string // media type
	Base64 string
	ID     string // hexadecimal SHA-1 of its bytes
	Bytes  int
	Side   int // width and height in pixels
}

// AvatarMetadata is the item that tells which picture somebody has.
func AvatarMetadata(img Image) Item {
	side := strconv.Itoa(img.Side)
	payload := appendTag(nil, "metadata", "xmlns", NSAvatarMetadata)
	payload = closeTag(appendTag(payload, "info", "bytes", strconv.Itoa(img.Bytes), "id", img.ID, "type", img.Type, "width", side, "height", side))
	return Item{Node: NSAvatarMetadata, ID: img.ID, Payload: append(payload, "</metadata>"...)}
}

// AvatarData is the item that holds a picture.
func AvatarData(img Image) Item {
	payload := appendTag(nil, "data", "xmlns", NSAvatarData)
	payload = append(payload, img.Base64...)
	return Item{Node: NSAvatarData, ID: img.ID, Payload: append(payload, "</data>"...)}
}

// AppendPhoto appends which picture the vCard of a presence's sender holds.
func AppendPhoto(dst []byte, id string) []byte {
	dst = append(dst, "<x xmlns='"+NSVCardUpdate+"'><photo>"...)
	dst = xmpp.AppendText(dst, id)
	return append(dst, "</photo></x>"...)
}
