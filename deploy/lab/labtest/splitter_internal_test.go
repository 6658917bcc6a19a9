package labtest

import (
	"bytes"
	"testing"
)

func TestSplitterTellsTextFromTLS(t *testing.T) {
	const handshake, data = "\x16\x03\x01\x00\x02ab", "\x17\x03\x03\x00\x03<m>"
	for _, c := range []struct {
		name, stream, clear string
		encrypted           int
	}{
		{"text alone", "<stream><message/>", "<stream><message/>", 0},
		{"text before TLS", "<starttls/>" + handshake + data + data, "<starttls/>", 6},
		{"TLS from the first byte", handshake + "\x14\x03\x03\x00\x01\x01" + data, "", 3},
		{"a record that has not ended", handshake + "\x17\x03\x03\x00\x09<m>", "", 3},
		{"text after TLS", handshake + data + "<message/>", "<message/>", 3},
		{"a record of another version", handshake + "\x17\x02\x00\x00\x03<m>", "\x17\x02\x00\x00\x03<m>", 0},
		{"a record too long for TLS", handshake + "\x17\x03\x03\xff\xff<m>", "\x17\x03\x03\xff\xff<m>", 0},
		{"an empty record", handshake + "\x17\x03\x03\x00\x00<m>", "\x17\x03\x03\x00\x00<m>", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			for size := 1; size <= len(c.stream); size++ {
				var s splitter
				for rest := []byte(c.stream); len(rest) > 0; rest = rest[min(size, len(rest)):] {
					s.Write(rest[:min(size, len(rest))])
				}
				if string(s.clear) != c.clear || s.encrypted != c.encrypted {
					t.Errorf("in pieces of %d: clear %q and %d bytes of data, want %q and %d",
						size, s.clear, s.encrypted, c.clear, c.encrypted)
				}
			}
		})
	}
}

// FuzzSplitter holds that text before TLS is kept as it is, and that how a stream is
// cut into pieces makes no difference.
func FuzzSplitter(f *testing.F) {
	f.Add([]byte("<starttls/>\x16\x03\x01\x00\x02ab\x17\x03\x03\x00\x03<m>"), uint(3))
	f.Fuzz(func(t *testing.T, stream []byte, cut uint) {
		var whole, pieces splitter
		whole.Write(stream)
		at := int(cut % uint(len(stream)+1))
		pieces.Write(stream[:at])
		pieces.Write(stream[at:])
		if !bytes.Equal(whole.clear, pieces.clear) || whole.encrypted != pieces.encrypted {
			t.Errorf("cut at %d: %q and %d, want %q and %d", at, pieces.clear, pieces.encrypted, whole.clear, whole.encrypted)
		}
		before, _, _ := bytes.Cut(stream, []byte{typeHandshake})
		before = before[:min(len(before), maxClear)]
		if !bytes.HasPrefix(whole.clear, before) {
			t.Errorf("clear %q lacks the text before TLS, %q", whole.clear, before)
		}
	})
}
