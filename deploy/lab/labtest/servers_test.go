package labtest_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// recorder is a test that takes note of its failure.
type recorder struct {
	testing.TB
	failure string
}

func (r *recorder) Fatal(args ...any) { r.Fatalf("%s", fmt.Sprint(args...)) }

func (r *recorder) Fatalf(format string, args ...any) {
	r.failure = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestAMissingProgramFailsTheTest(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	r := &recorder{TB: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		labtest.Prosody(r, lab.ProsodyConfig{})
	}()
	<-done
	if !strings.Contains(r.failure, "prosody is not installed") || !strings.Contains(r.failure, "make deps") {
		t.Errorf("the test fails with %q, which does not say how to mend it", r.failure)
	}
}
