package modbus

// crcNibbles is the CRC of each value of four bits: polynomial 0xA001, reflected.
var crcNibbles = [16]uint16{
	0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
	0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400,
}

// CRC returns the check sum of an RTU frame, whose low byte is sent first.
func CRC(data []byte) uint16 {
	crc := uint16(0xFFFF)
	for _, b := range data {
		crc ^= uint16(b)
		crc = crc>>4 ^ crcNibbles[crc&15]
		crc = crc>>4 ^ crcNibbles[crc&15]
	}
	return crc
}
