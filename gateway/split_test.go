package gateway

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSplit(t *testing.T) {
	lines := strings.Repeat("a line of some length\n", 1000)
	for _, test := range []struct {
		name, text string
		parts      int
		whole      bool
	}{
		{"short", "Target: 21 °C", 1, true},
		{"lines", lines, 3, true},
		{"no line ends", "x" + strings.Repeat("ä", 9000), 2, true},
		{"too long", strings.Repeat(lines, 5), maxParts, false},
		{"too long without line ends", strings.Repeat("ä", 50_000), maxParts, false},
		{"empty", "", 1, true},
	} {
		parts := split(test.text)
		if len(parts) != test.parts {
			t.Errorf("%s: %d parts, want %d", test.name, len(parts), test.parts)
		}
		for _, part := range parts {
			if len(part) > maxPart+len("\n…") || !utf8.ValidString(part) {
				t.Errorf("%s: a part of %d bytes, valid %v", test.name, len(part), utf8.ValidString(part))
			}
		}
		joined := strings.ReplaceAll(strings.Join(parts, ""), "\n", "")
		if want := strings.ReplaceAll(test.text, "\n", ""); test.whole && joined != want {
			t.Errorf("%s: %d bytes of %d are left", test.name, len(joined), len(want))
		}
		if cut := strings.HasSuffix(joined, "…"); cut == test.whole {
			t.Errorf("%s: shown as cut: %v", test.name, cut)
		}
	}
}

func TestIDsSayWhenTheyWereMade(t *testing.T) {
	for id, want := range map[string]bool{
		"tb-tp1tzd-abc": true, "tb-tp1tzd-abc.2": true,
		"": false, "tb-": false, "tb-tp1tzd": false, "tb-tp1tzd-": false, "tb--abc": false, "tb-!-abc": false, "tb--5-a": false,
		"x-tp1tzd-abc": false, "tb-zzzzzzzzzzzzzzzzzzzz-abc": false,
	} {
		if _, ours := madeAt(id); ours != want {
			t.Errorf("%q is ours: %v", id, ours)
		}
	}
}
