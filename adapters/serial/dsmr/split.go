package dsmr

import (
	"fmt"
	"math/bits"
)

const (
	// maxTelegram bounds a telegram. Real ones have up to 2 KiB; encrypted ones are not
	// much longer.
	maxTelegram = 8 << 10
	// maxNoise is how many bytes may pass without anything that could be a telegram
	// until that is said.
	maxNoise = 1 << 10
	// maxEnding is the rest of a telegram after the !: a CRC and the end of the line.
	maxEnding = 8

	slash       = '/'
	evenSlash   = slash | 0x80 // as 7E1 is read by 8N1
	ciphering   = 0xDB         // general-glo-ciphering (IEC 62056-5-3)
	titleLength = 8
	headLength  = 5 // of /XXX5
)

// Split finds a telegram: from / to the end of the line with the !, or all of an
// encrypted one. What comes before the first / is the end of a telegram whose beginning
// was not heard.
func (c *DSMR) Split(data []byte) (advance int, frame []byte, err error) {
	at := start(data)
	switch {
	case at < 0 && len(data) < maxNoise:
		return 0, nil, nil
	case at < 0:
		return len(data), nil, noise(data, len(data))
	case at > 0:
		return at, nil, nil
	case data[0] == ciphering:
		return splitSealed(data)
	}
	return splitPlain(data)
}

// start returns the place of the first byte that can begin a telegram, or -1.
func start(data []byte) int {
	for i, b := range data {
		if b == slash || b == evenSlash || b == ciphering {
			return i
		}
	}
	return -1
}

// splitPlain cuts a telegram that is text. What begins another one means that it has lost
// its end.
func splitPlain(data []byte) (advance int, frame []byte, err error) {
	mask := byte(0xFF)
	if data[0] == evenSlash {
		mask = 0x7F
	}
	for i, b := range data[:min(len(data), headLength)] {
		if i > 0 && !heads(b, i, mask) {
			return i, nil, noise(data, i)
		}
	}
	for i := headLength; i < min(len(data), maxTelegram); i++ {
		switch b := data[i]; {
		case b&mask == slash, b == ciphering && mask == 0xFF:
			return i, nil, fmt.Errorf("a telegram of %d bytes without an end", i)
		case b&mask == '!':
			return ending(data, i, mask)
		}
	}
	if len(data) >= maxTelegram {
		return maxTelegram, nil, fmt.Errorf("no end of a telegram in %d bytes", maxTelegram)
	}
	return 0, nil, nil
}

// heads reports whether b can stand at a place of /XXX5: letters of the maker's FLAG
// id, and a sign for the baud rate.
func heads(b byte, place int, mask byte) bool {
	if mask == 0x7F && bits.OnesCount8(b)%2 != 0 {
		return false
	}
	b &= mask
	if place < headLength-1 {
		return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z'
	}
	return b > ' ' && b < 0x7F && b != slash && b != '!'
}

// ending cuts a telegram whose ! was found.
func ending(data []byte, mark int, mask byte) (advance int, frame []byte, err error) {
	rest := data[mark+1:]
	for i, b := range rest[:min(len(rest), maxEnding)] {
		if b&mask == '\n' {
			end := mark + 1 + i + 1
			return end, data[:end], nil
		}
	}
	if len(rest) < maxEnding {
		return 0, nil, nil
	}
	return mark + 1, nil, fmt.Errorf("after the ! of a telegram comes %q, want a CRC and the end of the line", rest[:maxEnding])
}

// splitSealed cuts an encrypted telegram: the tag, the system title with its length,
// and the length of what follows.
func splitSealed(data []byte) (advance int, frame []byte, err error) {
	for i, b := range data[1:min(len(data), 5)] {
		if i == 0 && b != titleLength || i > 0 && (b < 'A' || b > 'Z') {
			return i + 1, nil, noise(data, i+1)
		}
	}
	head := 2 + titleLength
	if len(data) < head+1 {
		return 0, nil, nil
	}
	length, size := int(data[head]), 1
	switch {
	case length == 0x81:
		size = 2
	case length == 0x82:
		size = 3
	case length > 0x82:
		return 1, nil, fmt.Errorf("an encrypted telegram with %#02x as the form of its length, want 0x81 or 0x82", length)
	}
	if len(data) < head+size {
		return 0, nil, nil
	}
	if size > 1 {
		length = 0
		for _, b := range data[head+1 : head+size] {
			length = length<<8 | int(b)
		}
	}
	total := head + size + length
	switch {
	case length < sealedHead+sealedTag || total > maxTelegram:
		return 1, nil, fmt.Errorf("an encrypted telegram of %d bytes, want %d to %d", length, sealedHead+sealedTag, maxTelegram)
	case len(data) < total:
		return 0, nil, nil
	}
	return total, data[:total], nil
}

// noise says what n bytes that are no telegram may be.
func noise(data []byte, n int) error {
	for i := 0; i+3 < len(data); i++ {
		switch {
		case data[i] == 0x7E && data[i+1]&0xF8 == 0xA0:
			return fmt.Errorf("%d bytes of DLMS in HDLC frames; this codec reads P1 telegrams alone, ask the network operator for them", n)
		case data[i] == 0x68 && data[i+3] == 0x68 && data[i+1] == data[i+2]:
			return fmt.Errorf("%d bytes of DLMS in M-Bus frames; this codec reads P1 telegrams alone, ask the network operator for them", n)
		}
	}
	return fmt.Errorf("%d bytes that are no telegram; is the baud rate right? Meters of DSMR 2 and 3 speak with 9600, later ones with 115200", n)
}
