package serial

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// rates returns the baud rates that the library can set, in their order.
func rates() []int {
	return []int{
		50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400, 57600,
		115200, 230400, 460800, 500000, 576000, 921600, 1000000, 1152000, 1500000, 2000000, 2500000,
		3000000, 3500000, 4000000,
	}
}

// checkRate says which rates are near to one that no port can be set to.
func checkRate(baud int) error {
	all := rates()
	at, ok := slices.BinarySearch(all, baud)
	if ok {
		return nil
	}
	var near []string
	for _, rate := range all[max(0, min(at-1, len(all)-2)):min(len(all), at+1)] {
		near = append(near, strconv.Itoa(rate))
	}
	return fmt.Errorf("a port cannot be set to %d baud; near are %s", baud, strings.Join(near, " and "))
}
