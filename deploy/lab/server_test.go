package lab_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"

	"thingbridge/deploy/lab"
	"thingbridge/deploy/lab/labtest"
)

// orphanVariable makes this test program start a server and wait to be killed.
const orphanVariable = "THINGBRIDGE_LAB_ORPHAN"

func TestMain(m *testing.M) {
	if os.Getenv(orphanVariable) == "" {
		os.Exit(m.Run())
	}
	p, err := lab.StartProsody(context.Background(), lab.ProsodyConfig{Dir: os.Getenv(orphanVariable)})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(p.PID())
	if err := p.Pause(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	select {}
}

func TestAServerDoesNotOutliveAKilledProgram(t *testing.T) {
	t.Parallel()
	program := exec.Command(os.Args[0])
	program.Env = append(os.Environ(), orphanVariable+"="+reachableFolder(t))
	program.Stderr = os.Stderr
	out, err := program.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	line, readErr := bufio.NewReader(out).ReadString('\n')
	program.Process.Kill()
	program.Wait()
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the program said %q instead of a pid: %v, %v", line, err, readErr)
	}
	ctx, cancel := context.WithTimeout(t.Context(), answerTime)
	defer cancel()
	if !gone(ctx, pid) {
		t.Errorf("server %d outlives the program that started it", pid)
	}
}

func TestCloseLeavesNothing(t *testing.T) {
	t.Parallel()
	p, err := lab.StartProsody(t.Context(), lab.ProsodyConfig{})
	if err != nil {
		t.Fatal(err)
	}
	pid, dir := p.PID(), p.Dir
	for range 2 {
		if err := p.Close(); err != nil {
			t.Error(err)
		}
	}
	if alive(pid) {
		t.Errorf("process %d still runs", pid)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("folder %s is still there (%v)", dir, err)
	}
	select {
	case <-p.Done():
	default:
		t.Error("Done is not closed")
	}
	if err := p.Pause(); err == nil {
		t.Error("a closed server can be paused")
	}
}

func TestAServerThatCannotStartSaysWhy(t *testing.T) {
	t.Parallel()
	_, err := lab.StartProsody(t.Context(), lab.ProsodyConfig{Lines: "this is not Lua"})
	if err == nil {
		t.Fatal("Prosody started with a broken configuration")
	}
	for _, part := range []string{"prosody", "ended by itself", "syntax error"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("error lacks %q: %v", part, err)
		}
	}
}

func TestAStartEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := lab.StartProsody(ctx, lab.ProsodyConfig{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got error %v, want context.Canceled", err)
	}
}

func TestARunningServerCannotBeStarted(t *testing.T) {
	t.Parallel()
	m := labtest.Mosquitto(t, lab.MosquittoConfig{})
	pid := m.PID()
	if err := m.Start(t.Context()); err == nil {
		t.Error("it was started twice")
	}
	if m.PID() != pid {
		t.Errorf("process %d was replaced by %d", pid, m.PID())
	}
}

func TestAMissingProgramNamesItsPackage(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	_, err := lab.StartProsody(t.Context(), lab.ProsodyConfig{})
	if !errors.Is(err, lab.ErrNotInstalled) || !strings.Contains(err.Error(), "package prosody") {
		t.Errorf("got %v, want ErrNotInstalled and the package's name", err)
	}
}

func TestServersHaveAddressesOfTheirOwn(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for range 50 {
		ip, release, err := lab.ClaimAddress()
		if err != nil {
			t.Fatal(err)
		}
		defer release()
		if seen[ip] {
			t.Errorf("%s was given out twice", ip)
		}
		seen[ip] = true
	}
}
