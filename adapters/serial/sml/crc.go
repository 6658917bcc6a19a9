package sml

import "math/bits"

// crcTable is of the CRC-16 with the polynomial x16 + x12 + x5 + 1, least significant
// bit first (DIN EN 62056-46).
var crcTable = func() (table [256]uint16) {
	for i := range table {
		crc := uint16(i)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0x8408
			} else {
				crc >>= 1
			}
		}
		table[i] = crc
	}
	return table
}()

func checksum(crc uint16, data []byte) uint16 {
	for _, b := range data {
		crc = crc>>8 ^ crcTable[byte(crc)^b]
	}
	return crc
}

// x25 is the CRC that SML asks for, as it is written: the low byte first.
func x25(data []byte) uint16 { return bits.ReverseBytes16(^checksum(0xFFFF, data)) }

// kermit is the CRC that the Holley DTZ541 writes instead, the high byte first.
func kermit(data []byte) uint16 { return checksum(0, data) }

// sums reports whether a CRC is that of data, by either way.
func sums(crc uint16, data []byte) bool { return crc == x25(data) || crc == kermit(data) }
