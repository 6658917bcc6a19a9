package codec_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"thingbridge/adapters/serial/codec"
)

// lines is a codec of text lines that does nothing else.
type lines struct {
	codec.Codec
	codec.Lines
}

func (l *lines) Split(data []byte) (int, []byte, error) { return l.Lines.Split(data) }

func newLines() *lines { return &lines{Lines: codec.NewLines("\n", 64)} }

// mute is a codec that never finds a frame.
type mute struct{ codec.Codec }

func (mute) Split([]byte) (int, []byte, error) { return 0, nil, nil }

func TestBufferShowsWhatIsPassedOver(t *testing.T) {
	var b codec.Buffer
	long := strings.Repeat("x", 65)
	var passed []string
	for bytes, err := range b.Take(newLines(), []byte("a\n"+long+"\nb\n")) {
		if err != nil {
			passed = append(passed, string(bytes))
		}
	}
	if want := []string{long + "\n"}; !slices.Equal(passed, want) {
		t.Errorf("passed over %q, want %q", passed, want)
	}
}

func take(b *codec.Buffer, c codec.Codec, chunks ...string) (frames, errs []string) {
	for _, chunk := range chunks {
		for frame, err := range b.Take(c, []byte(chunk)) {
			if err != nil {
				errs = append(errs, err.Error())
				continue
			}
			frames = append(frames, string(frame))
		}
	}
	return frames, errs
}

func TestBufferCutsLines(t *testing.T) {
	long := strings.Repeat("x", 65)
	for _, test := range []struct {
		name   string
		chunks []string
		frames []string
		errs   []string
	}{
		{"whole lines", []string{"a\nb\r\n"}, []string{"a", "b"}, nil},
		{"a line in parts", []string{"a", "b", "c\n"}, []string{"abc"}, nil},
		{"empty lines", []string{"\n\r\n\na\n"}, []string{"a"}, nil},
		{"an end that is cut", []string{"a\r", "\nb\n"}, []string{"a", "b"}, nil},
		{"the rest of a power-up", []string{"\x00\x00\x00a\n"}, []string{"a"}, nil},
		{"a long line, then a good one", []string{long + "\na\n"}, []string{"a"}, []string{"a line of 65 bytes, want at most 64"}},
		{"no end", []string{long}, nil, []string{`no end of line in 64 bytes, want "\n"`}},
		{"the rest of a long line is none", []string{long, "rest\na\n"}, []string{"a"}, []string{`no end of line in 64 bytes, want "\n"`, "the rest of a line that is too long"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			frames, errs := take(&codec.Buffer{}, newLines(), test.chunks...)
			if !slices.Equal(frames, test.frames) || !slices.Equal(errs, test.errs) {
				t.Errorf("got %q and %q, want %q and %q", frames, errs, test.frames, test.errs)
			}
		})
	}
}

func TestBufferDoesNotGrow(t *testing.T) {
	var b codec.Buffer
	noise := string(bytes.Repeat([]byte{'x'}, 1<<20))
	if frames, errs := take(&b, mute{}, noise); len(frames) != 0 || len(errs) != len(noise)/codec.MaxFrame {
		t.Errorf("%d frames and %d errors of 1 MiB without a frame, want 0 and %d", len(frames), len(errs), len(noise)/codec.MaxFrame)
	}
	if frames, _ := take(&b, newLines(), "a\n"); !slices.Equal(frames, []string{"a"}) {
		t.Errorf("after noise the frames are %q, want a", frames)
	}
}
