package line

import "slices"

// Format is how a line says what it says: the codec of the configuration.
type Format string

// The formats.
const (
	JSON     Format = "json"     // an object a line
	KeyValue Format = "keyvalue" // T=21.5 H=40
	CSV      Format = "csv"      // 21.5,40
	Pattern  Format = "pattern"  // regular expressions
)

// Formats returns all formats.
func Formats() []Format { return []Format{JSON, KeyValue, CSV, Pattern} }

// known reports whether f is a format.
func (f Format) known() bool { return slices.Contains(Formats(), f) }

// wants says what a line of the format looks like.
func (f Format) wants() string {
	switch f {
	case JSON:
		return `an object such as {"temperature": 21.5}`
	case CSV:
		return "columns such as 21.5,40, and their names in a line before them or in columns"
	case Pattern:
		return "text that the patterns find something in"
	}
	return "names with values such as T=21.5 H=40"
}

// field is one value of a line.
type field struct {
	key   []byte // what the device calls it; the separator of a path is /
	value []byte // as it is spelled, without quotes
	after []byte // what follows the value in the line, where its unit may stand
	at    int    // of the key or value in the line; 0: the line begins with it
	null  bool   // the device says that it has no value
	torn  bool   // it may have lost its beginning, as the port was opened amid the line
}

// maxFields bounds the fields of one line. Devices have far fewer.
const maxFields = 256

// reader finds the fields of a line. It changes nothing but its own scratch memory.
// What it returns is valid until it reads again.
type reader interface {
	// read appends the fields of line to dst. An error says that the line looks like
	// one of the format and is broken; no field and no error, that it is something
	// else.
	read(dst []field, line []byte) ([]field, error)
}
