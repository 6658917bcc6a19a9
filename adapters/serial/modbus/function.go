package modbus

import "fmt"

// Function is what a frame asks for, as the specification numbers it.
type Function byte

// The functions of the specification. Others than reads and writes are known so that
// they can be told from noise.
const (
	ReadCoils          Function = 0x01
	ReadDiscreteInputs Function = 0x02
	ReadHolding        Function = 0x03
	ReadInput          Function = 0x04
	WriteCoil          Function = 0x05
	WriteRegister      Function = 0x06
	readStatus         Function = 0x07
	diagnose           Function = 0x08
	countEvents        Function = 0x0B
	logEvents          Function = 0x0C
	WriteCoils         Function = 0x0F
	WriteRegisters     Function = 0x10
	reportID           Function = 0x11
	readFile           Function = 0x14
	writeFile          Function = 0x15
	MaskRegister       Function = 0x16
	ReadWriteRegisters Function = 0x17
	readFIFO           Function = 0x18
	encapsulated       Function = 0x2B
)

// refusal is the bit that an answer adds to the function it does not carry out.
const refusal = 0x80

// Limits of one frame (V1.1b3, 6).
const (
	maxReadRegisters  = 125
	maxWriteRegisters = 123
	maxBothRegisters  = 121 // written by ReadWriteRegisters
	maxReadBits       = 2000
	maxWriteBits      = 1968
)

// String says what the function does.
func (f Function) String() string {
	switch f {
	case ReadCoils:
		return "read coils"
	case ReadDiscreteInputs:
		return "read discrete inputs"
	case ReadHolding:
		return "read holding registers"
	case ReadInput:
		return "read input registers"
	case WriteCoil:
		return "write a coil"
	case WriteRegister:
		return "write a register"
	case readStatus:
		return "read the exception status"
	case diagnose:
		return "diagnose the line"
	case countEvents:
		return "count events"
	case logEvents:
		return "read the log of events"
	case WriteCoils:
		return "write coils"
	case WriteRegisters:
		return "write registers"
	case reportID:
		return "say what it is"
	case readFile:
		return "read records of a file"
	case writeFile:
		return "write records of a file"
	case MaskRegister:
		return "change bits of a register"
	case ReadWriteRegisters:
		return "write and read registers"
	case readFIFO:
		return "read a queue"
	case encapsulated:
		return "read its identification"
	}
	return fmt.Sprintf("function %d", byte(f))
}

// bits reports whether f is about coils or discrete inputs, not registers.
func (f Function) bits() bool {
	return f == ReadCoils || f == ReadDiscreteInputs || f == WriteCoil || f == WriteCoils
}

// things names what f counts.
func (f Function) things() string {
	switch f {
	case ReadCoils, WriteCoil, WriteCoils:
		return "coil"
	case ReadDiscreteInputs:
		return "discrete input"
	case ReadInput:
		return "input register"
	}
	return "holding register"
}

// thing is one of things.
func (f Function) thing() string {
	if f == ReadInput {
		return "an " + f.things()
	}
	return "a " + f.things()
}

// reference is the first number of the tables of makers, which count from 1 and put
// the kind of thing in front: 40001 is the holding register with address 0.
func (f Function) reference() int {
	switch f {
	case ReadCoils, WriteCoil, WriteCoils:
		return 1
	case ReadDiscreteInputs:
		return 10001
	case ReadInput:
		return 30001
	}
	return 40001
}

// place writes an address for people, in both ways of counting.
func (f Function) place(address uint16) string {
	number := f.reference() + int(address)
	if address > 9998 { // the longer form of the same numbers
		number = f.reference()/10000*100000 + 1 + int(address)
	}
	return fmt.Sprintf("%s %d (address %d)", f.things(), number, address)
}
