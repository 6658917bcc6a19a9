package modbus

import "fmt"

// Exception is the reason why a device does not carry out what it was asked.
type Exception byte

// The exceptions of the specification.
const (
	IllegalFunction Exception = 1
	IllegalAddress  Exception = 2
	IllegalValue    Exception = 3
	DeviceFailure   Exception = 4
	Acknowledged    Exception = 5
	Busy            Exception = 6
	NotNow          Exception = 7
	ParityError     Exception = 8
	NoPath          Exception = 10
	NoTarget        Exception = 11
)

// Error says what the exception means and what to look at.
func (e Exception) Error() string {
	switch e {
	case IllegalFunction:
		return "illegal function: the device does not know it; look whether the maker's table says holding, input, coil or discrete, and which write function"
	case IllegalAddress:
		return "illegal data address: there is no such register; look at the maker's table, and whether it counts from 0 or from 1"
	case IllegalValue:
		return "illegal data value: the device does not take it; look at the range and the number of registers in the maker's table"
	case DeviceFailure:
		return "device failure: the device could not do it; look at its display or switch it off and on"
	case Acknowledged:
		return "acknowledged: the device is at it and needs more time"
	case Busy:
		return "device busy: it is doing something else; ask it less often"
	case NotNow:
		return "negative acknowledgement: the device cannot do it now; look at its mode and whether it is locked"
	case ParityError:
		return "memory parity error: the memory of the device is damaged; switch it off and on, or have it repaired"
	case NoPath:
		return "gateway path unavailable: the gateway cannot reach that line; look at its settings"
	case NoTarget:
		return "gateway target does not respond: nothing with this unit answers behind the gateway; look at its power, its unit number and the wires"
	}
	return fmt.Sprintf("exception %d, which the specification does not know; look into the maker's manual", byte(e))
}

// permanent reports whether it would be the same next time.
func (e Exception) permanent() bool {
	return e == IllegalFunction || e == IllegalAddress || e == IllegalValue
}

// later reports whether the device only asks for patience.
func (e Exception) later() bool { return e == Acknowledged || e == Busy || e == NotNow }

// unreachable reports whether a gateway speaks in the place of a device that is not there.
func (e Exception) unreachable() bool { return e == NoPath || e == NoTarget }
