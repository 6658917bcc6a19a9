package dsmr

import (
	"crypto/aes"
	"crypto/cipher"
	"fmt"

	"thingbridge/adapters"
	"thingbridge/adapters/serial/codec"
)

// What follows the length of an encrypted telegram (IEC 62056-5-3, 5.3.3; Luxembourg
// Smarty P1, 3.2.5): how it is secured, a counter, the text, and a tag that proves it.
const (
	sealedHead = 1 + counterSize
	sealedTag  = 12

	counterSize   = 4
	authenticated = 0x10
	encrypted     = 0x20
	compressed    = 0x80
)

// errNoKey is what is to be done about encrypted telegrams.
var errNoKey = fmt.Errorf("%w; write the key that the network operator tells its customers as key_file (32 hexadecimal digits)", codec.ErrSealed)

// opener opens encrypted telegrams.
type opener struct {
	block cipher.Block
	gcm   cipher.AEAD
	auth  []byte // authentication key, with room for what is before it
}

// newOpener returns nil for no key.
func newOpener(key, auth adapters.Secret) (*opener, error) {
	if key == "" {
		return nil, nil
	}
	if auth == "" {
		auth = defaultAuth
	}
	raw, err := parseKey(key)
	if err != nil {
		return nil, fmt.Errorf("key %w", err)
	}
	rawAuth, err := parseKey(auth)
	if err != nil {
		return nil, fmt.Errorf("auth_key %w", err)
	}
	o := &opener{auth: append([]byte{0}, rawAuth...)}
	if o.block, err = aes.NewCipher(raw); err != nil {
		return nil, err
	}
	o.gcm, err = cipher.NewGCMWithTagSize(o.block, sealedTag)
	return o, err
}

// open appends the text of an encrypted telegram to dst.
func (o *opener) open(dst, frame []byte) ([]byte, error) {
	if o == nil {
		return dst, errNoKey
	}
	head := 2 + titleLength
	title, body := frame[2:head], frame[head+1:]
	if form := frame[head]; form > 0x80 {
		body = body[form-0x80:]
	}
	if len(body) < sealedHead+sealedTag {
		return dst, fmt.Errorf("an encrypted telegram of %d bytes, want at least %d", len(body), sealedHead+sealedTag)
	}
	security := body[0]
	nonce := append(append(make([]byte, 0, titleLength+2*counterSize), title...), body[1:sealedHead]...)
	switch {
	case security&compressed != 0:
		return dst, fmt.Errorf("%w with security %#02x; compressed telegrams are not understood", codec.ErrSealed, security)
	case security&encrypted == 0:
		return dst, fmt.Errorf("security %#02x: want encrypted, 0x20 or 0x30", security)
	case security&authenticated == 0: // the telegram's own CRC has to do
		text := append(dst, body[sealedHead:]...)
		cipher.NewCTR(o.block, append(nonce, 0, 0, 0, 2)).XORKeyStream(text[len(dst):], text[len(dst):])
		return text, nil
	}
	o.auth[0] = security
	text, err := o.gcm.Open(dst, nonce, body[sealedHead:], o.auth)
	if err != nil {
		return dst, fmt.Errorf("%w, and the key does not open it; is it the key of this meter (of %s), and auth_key right?", codec.ErrSealed, title[:3])
	}
	return text, nil
}
