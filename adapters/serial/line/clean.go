package line

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// cleaner makes text of what came: UTF-8, without colours and the marks of a log.
type cleaner struct{ text []byte }

// clean returns the text of a line, which is valid until it is called again. It is
// empty for what a chip says while it starts. An error says that the line is noise.
func (c *cleaner) clean(frame []byte) ([]byte, error) {
	valid := utf8.Valid(frame)
	if n := garbage(frame, valid); n*5 > len(frame) {
		return nil, fmt.Errorf("%d of %d bytes of a line are no text; is the baud rate right, and the port of the right device?", n, len(frame))
	}
	line := frame
	if !valid { // sketches print the sign of degrees as the one byte of Latin-1
		c.text = c.text[:0]
		for _, b := range frame {
			c.text = utf8.AppendRune(c.text, rune(b))
		}
		line = c.text
	}
	line = stripLog(bytes.TrimSpace(stripColour(line)))
	if isBoot(line) {
		return nil, nil
	}
	return line, nil
}

// garbage counts the bytes that text does not have.
func garbage(frame []byte, valid bool) (n int) {
	for _, b := range frame {
		if b < ' ' && b != '\t' && b != 0x1b || b == 0x7f || !valid && b >= 0x80 {
			n++
		}
	}
	return n
}

// stripColour cuts the colours of a terminal off both ends.
func stripColour(line []byte) []byte {
	for len(line) > 2 && line[0] == 0x1b && line[1] == '[' {
		end := bytes.IndexByte(line, 'm')
		if end < 0 {
			return line
		}
		line = line[end+1:]
	}
	for len(line) > 2 && line[len(line)-1] == 'm' {
		start := bytes.LastIndexByte(line, 0x1b)
		if start < 0 || len(bytes.Trim(line[start+1:len(line)-1], "[;0123456789")) > 0 {
			return line
		}
		line = line[:start]
	}
	return line
}

// stripLog cuts off what loggers write before a message: "I (3128) MAIN_APP:  " of
// ESP-IDF, "[ 12345][I][main.cpp:42] setup(): " of Arduino for ESP32, "12:34:56.789 -> "
// of a serial monitor. A message of the system itself is none.
func stripLog(line []byte) []byte {
	if at := bytes.Index(line, []byte(" -> ")); at > 0 && len(bytes.Trim(line[:at], "0123456789:.")) == 0 {
		line = bytes.TrimSpace(line[at+len(" -> "):])
	}
	if len(line) > 4 && bytes.IndexByte([]byte("EWIDV"), line[0]) >= 0 && line[1] == ' ' && line[2] == '(' {
		return stripESP(line)
	}
	brackets := 0
	rest := line
	for len(rest) > 0 && rest[0] == '[' {
		end := bytes.IndexByte(rest, ']')
		if end < 0 {
			break
		}
		rest = rest[end+1:]
		brackets++
	}
	if brackets < 2 {
		return line
	}
	rest = bytes.TrimSpace(bytes.TrimLeft(rest, ": "))
	if at := bytes.Index(rest, []byte("(): ")); at > 0 && bytes.IndexByte(rest[:at], ' ') < 0 {
		rest = bytes.TrimSpace(rest[at+len("(): "):])
	}
	return rest
}

func stripESP(line []byte) []byte {
	end := bytes.IndexByte(line, ')')
	if end < 0 {
		return line
	}
	colon := bytes.IndexByte(line[end:], ':')
	if colon < 0 {
		return line
	}
	tag, message := bytes.TrimSpace(line[end+1:end+colon]), bytes.TrimSpace(line[end+colon+1:])
	for _, system := range systemTags {
		if bytes.HasPrefix(tag, []byte(system)) {
			return nil
		}
	}
	return message
}

// systemTags begin the tags by which ESP-IDF itself logs.
var systemTags = [...]string{
	"boot", "cpu_start", "heap_init", "spi_flash", "wifi", "phy", "esp_", "main_task", "app_init", "app_start", "efuse_init",
	"intr_alloc", "sleep", "gpio", "pp", "net80211", "psram", "coexist", "system_api", "nvs", "mmu_psram", "cpu",
}

// isBoot reports whether a line is what the chip itself says when it starts. It has the
// shape of names with values, but says nothing of the house.
func isBoot(line []byte) bool {
	for _, start := range bootLines {
		if len(line) >= len(start) && string(line[:len(start)]) == start {
			return true
		}
	}
	return false
}

var bootLines = [...]string{
	"ets ", "rst:0x", "configsip:", "clk_drv:", "mode:DIO", "mode:QIO", "mode:DOUT", "mode:QOUT", "load:0x", "load 0x", "entry 0x", "ESP-ROM:",
	"Build:", "SPIWP:", "Saved PC:", "csum 0x", "chksum", "ho 0 tail", "tail ", "rst cause:", "wdt reset", "~ld", "rf cal", "Guru Meditation",
	"Backtrace:", "ELF file SHA256",
}
