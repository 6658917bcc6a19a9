package dsmr

// crcTable is of the CRC-16 with the polynomial x16 + x15 + x2 + 1, least significant
// bit first (DSMR 5.0.2 P1, 5.2).
var crcTable = func() (table [256]uint16) {
	for i := range table {
		crc := uint16(i)
		for range 8 {
			if crc&1 != 0 {
				crc = crc>>1 ^ 0xA001
			} else {
				crc >>= 1
			}
		}
		table[i] = crc
	}
	return table
}()

// checksum is the CRC of a telegram from / to ! with both.
func checksum(data []byte) uint16 {
	var crc uint16
	for _, b := range data {
		crc = crc>>8 ^ crcTable[byte(crc)^b]
	}
	return crc
}
