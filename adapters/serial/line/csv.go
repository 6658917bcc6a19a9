package line

import (
	"bytes"
	"fmt"
	"slices"
)

// csvReader reads columns, whose names are in the configuration or in a line that the
// device writes.
type csvReader struct {
	separator byte     // 0: not yet known
	columns   [][]byte // nil: not yet known; an empty one is passed over
	fixed     bool     // the columns are the configuration's

	candidate []byte // a line that may be the names
	cells     [][]byte
	text      []byte // of cells with quotes
}

func newCSVReader(cfg *Config) *csvReader {
	c := &csvReader{fixed: len(cfg.Columns) > 0}
	if cfg.Separator != "" {
		c.separator = unescape(cfg.Separator)[0]
	}
	for _, name := range cfg.Columns {
		c.columns = append(c.columns, []byte(name))
	}
	return c
}

// separators are tried in this order where none is given: a comma may be a decimal one.
const separators = "\t;,| "

// separate finds the separator of a line.
func (c *csvReader) separate(line []byte) byte {
	if c.separator != 0 {
		return c.separator
	}
	for i := range len(separators) {
		if bytes.IndexByte(line, separators[i]) >= 0 {
			return separators[i]
		}
	}
	return ','
}

// split cuts a line into its cells.
func (c *csvReader) split(line []byte, separator byte) error {
	c.cells, c.text = c.cells[:0], c.text[:0]
	for rest, more := line, true; more && len(c.cells) < maxFields; {
		var cell []byte
		var err error
		if trimmed := bytes.TrimLeft(rest, " "); len(trimmed) > 0 && trimmed[0] == '"' {
			if cell, rest, more, err = c.quoted(trimmed[1:], separator); err != nil {
				return err
			}
			c.cells = append(c.cells, cell)
			continue
		}
		at := bytes.IndexByte(rest, separator)
		if more = at >= 0; !more {
			at = len(rest)
		}
		cell, rest = bytes.TrimSpace(rest[:at]), rest[min(at+1, len(rest)):]
		c.cells = append(c.cells, cell)
		if separator == ' ' {
			rest = bytes.TrimLeft(rest, " ")
		}
	}
	if n := len(c.cells); n > 1 && len(c.cells[n-1]) == 0 {
		c.cells = c.cells[:n-1] // a separator behind the last cell
	}
	return nil
}

// quoted reads a cell that stands in quotes, from behind the first one.
func (c *csvReader) quoted(rest []byte, separator byte) (cell, after []byte, more bool, err error) {
	from := len(c.text)
	for {
		at := bytes.IndexByte(rest, '"')
		if at < 0 {
			return nil, nil, false, fmt.Errorf("a quote has no end in %q", shorten(rest))
		}
		c.text = append(c.text, rest[:at]...)
		rest = rest[at+1:]
		if len(rest) == 0 || rest[0] != '"' {
			break
		}
		c.text = append(c.text, '"')
		rest = rest[1:]
	}
	cell = c.text[from:len(c.text):len(c.text)]
	rest = bytes.TrimLeft(rest, " ")
	switch {
	case len(rest) == 0:
		return cell, nil, false, nil
	case rest[0] == separator:
		return cell, rest[1:], true, nil
	case separator == ' ':
		return cell, rest, true, nil
	}
	return nil, nil, false, fmt.Errorf("text behind a quote in %q, want %q", shorten(rest), separator)
}

// noteHeading takes a line that can be the names of the columns, and reports whether it
// is no values. It counts as soon as a line with as many values follows it.
func (c *csvReader) noteHeading(line []byte) (isHeading, isNew bool) {
	if c.fixed {
		return false, false
	}
	if isDigit(line[0]) && len(c.candidate) == 0 {
		return false, false // the names do not begin like that
	}
	separator := c.separate(line)
	if c.split(line, separator) != nil {
		return false, false
	}
	values, count := false, len(c.cells)
	for _, cell := range c.cells {
		values = values || isValue(cell)
	}
	if !values {
		c.candidate = append(c.candidate[:0], line...)
		return true, false
	}
	if len(c.candidate) == 0 {
		return false, false
	}
	isNew = c.adopt(c.candidate, count)
	c.candidate = c.candidate[:0]
	return false, isNew
}

// adopt makes a line the names of the columns, if they are count and others than those
// so far.
func (c *csvReader) adopt(line []byte, count int) bool {
	separator := c.separate(line)
	if c.split(line, separator) != nil || len(c.cells) != count || slices.EqualFunc(c.cells, c.columns, bytes.Equal) {
		return false
	}
	if (count == 1 || separator == ' ') && !slices.ContainsFunc(c.cells, isMeasure) {
		return false // a word or a sentence
	}
	c.columns = c.columns[:0]
	for _, cell := range c.cells {
		c.columns = append(c.columns, bytes.Clone(cell))
	}
	return true
}

func (c *csvReader) read(dst []field, line []byte) ([]field, error) {
	if len(c.columns) == 0 {
		return dst, nil
	}
	separator := c.separator
	if separator == 0 {
		separator = c.fitting(line)
	}
	if err := c.split(line, separator); err != nil {
		return dst, err
	}
	if len(c.cells) != len(c.columns) {
		if !slices.ContainsFunc(c.cells, isValue) {
			return dst, nil
		}
		return dst, fmt.Errorf("%d columns in %q, want %d: %s", len(c.cells), shorten(line), len(c.columns), shorten(bytes.Join(c.columns, []byte(", "))))
	}
	at := 0
	for i, cell := range c.cells {
		if len(c.columns[i]) > 0 {
			dst = append(dst, field{key: c.columns[i], value: cell, at: at})
		}
		at = 1
	}
	return dst, nil
}

// fitting finds the separator by which a line has as many cells as there are columns.
func (c *csvReader) fitting(line []byte) byte {
	for i := range len(separators) {
		if bytes.Count(line, []byte{separators[i]})+1 == len(c.columns) {
			return separators[i]
		}
	}
	return c.separate(line)
}

// isValue reports whether a cell is a value and no name of a column.
func isValue(cell []byte) bool {
	if len(cell) == 0 {
		return false
	}
	if c := cell[0]; c >= '0' && c <= '9' || (c == '-' || c == '+' || c == '.') && len(cell) > 1 {
		return true
	}
	_, truth := parseWord(cell)
	return truth || isNothing(cell)
}

// isMeasure reports whether the name of a column is one of something that is measured.
func isMeasure(cell []byte) bool { return standard(string(cell)).class != "" }
