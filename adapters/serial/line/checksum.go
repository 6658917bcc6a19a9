package line

import (
	"bytes"
	"fmt"
	"strconv"
)

// checksum is what ends each line.
type checksum struct {
	sum    func(text []byte) uint16
	digits int    // hexadecimal
	mark   string // before them
	dollar bool   // what is before and at a $ that begins the line does not count
}

// checksums are those that the configuration can name.
var checksums = map[string]checksum{
	"nmea":         {sum: xor8, digits: 2, dollar: true},
	"sum8":         {sum: sum8, digits: 2},
	"crc16-modbus": {sum: crcModbus, digits: 4},
	"crc16-ccitt":  {sum: crcCCITT, digits: 4},
}

const checksumNames = "nmea, sum8, crc16-modbus or crc16-ccitt"

// newChecksum returns the checksum of a configuration; nil for none.
func newChecksum(cfg *Config) *checksum {
	c, ok := checksums[cfg.Checksum]
	if !ok {
		return nil
	}
	c.mark = orElse(cfg.ChecksumMark, defaultMark)
	return &c
}

// of returns the checksum of what stands before a mark.
func (c *checksum) of(text []byte) uint16 {
	if c.dollar && len(text) > 0 && (text[0] == '$' || text[0] == '!') {
		text = text[1:]
	}
	return c.sum(text)
}

// strip checks a line and returns it without its checksum.
func (c *checksum) strip(line []byte) ([]byte, error) {
	line = bytes.TrimRight(line, " \t")
	at := bytes.LastIndex(line, []byte(c.mark))
	if at < 0 || len(line)-at-len(c.mark) != c.digits {
		return nil, fmt.Errorf("no checksum in %q, want %s and %d hexadecimal digits at its end", shorten(line), c.mark, c.digits)
	}
	digits := line[at+len(c.mark):]
	got, err := strconv.ParseUint(string(digits), 16, 16)
	if err != nil {
		return nil, fmt.Errorf("checksum %q is no hexadecimal number", digits)
	}
	if want := c.of(line[:at]); uint16(got) != want {
		return nil, fmt.Errorf("checksum %0*X, want %0*X", c.digits, got, c.digits, want)
	}
	if c.dollar && line[0] == '$' {
		return line[1:at], nil
	}
	return line[:at], nil
}

// format appends the checksum of text to dst.
func (c *checksum) format(dst, text []byte) []byte {
	const digits = "0123456789ABCDEF"
	sum := c.of(bytes.TrimSuffix(text, []byte(c.mark)))
	for shift := 4 * (c.digits - 1); shift >= 0; shift -= 4 {
		dst = append(dst, digits[sum>>shift&0xf])
	}
	return dst
}

func xor8(text []byte) (sum uint16) {
	for _, b := range text {
		sum ^= uint16(b)
	}
	return sum
}

func sum8(text []byte) (sum uint16) {
	for _, b := range text {
		sum += uint16(b)
	}
	return sum & 0xff
}

// crcModbus is CRC-16/MODBUS: polynomial 0x8005 reflected, from 0xFFFF.
func crcModbus(text []byte) uint16 {
	sum := uint16(0xffff)
	for _, b := range text {
		sum ^= uint16(b)
		for range 8 {
			if sum&1 != 0 {
				sum = sum>>1 ^ 0xa001
				continue
			}
			sum >>= 1
		}
	}
	return sum
}

// crcCCITT is CRC-16/CCITT-FALSE: polynomial 0x1021, from 0xFFFF.
func crcCCITT(text []byte) uint16 {
	sum := uint16(0xffff)
	for _, b := range text {
		sum ^= uint16(b) << 8
		for range 8 {
			if sum&0x8000 != 0 {
				sum = sum<<1 ^ 0x1021
				continue
			}
			sum <<= 1
		}
	}
	return sum
}
