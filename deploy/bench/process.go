package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// child is a running bridge.
type child struct {
	cmd   *exec.Cmd
	ended chan struct{}
}

func startChild(argv []string, log *lastLines) (*child, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Stdout, cmd.Stderr = log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	c := &child{cmd: cmd, ended: make(chan struct{})}
	go func() {
		defer close(c.ended)
		_ = cmd.Wait() // how it ended is in its log
	}()
	return c, nil
}

// stop asks the bridge to end, and ends it when it does not.
func (c *child) stop() {
	const patience = 5 * time.Second
	_ = c.cmd.Process.Signal(syscall.SIGTERM)
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case <-c.ended:
	case <-timer.C:
		_ = c.cmd.Process.Kill()
		<-c.ended
	}
}

// cpu returns the CPU time that the bridge has used, of user and system, to the
// hundredth of a second.
func (c *child) cpu() (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	return parseCPU(stat)
}

// parseCPU reads fields 14 and 15 of proc_pid_stat(5), which are in ticks of 10 ms
// to whoever reads them, on every Linux.
func parseCPU(stat []byte) (time.Duration, error) {
	const tick = 10 * time.Millisecond
	after := bytes.LastIndexByte(stat, ')') // the name can hold anything
	fields := strings.Fields(string(stat[after+1:]))
	if after < 0 || len(fields) < 13 {
		return 0, fmt.Errorf("unexpected stat %q", stat)
	}
	user, err := strconv.ParseInt(fields[11], 10, 64)
	if err != nil {
		return 0, err
	}
	system, err := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * tick, err
}

// resident is memory of a process, in bytes.
type resident struct {
	current int64 // VmRSS
	peak    int64 // VmHWM
	files   int64 // RssFile: the part of current that is the program itself
}

func (c *child) memory() (resident, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return resident{}, err
	}
	return parseResident(string(status))
}

// parseResident reads proc_pid_status(5).
func parseResident(status string) (resident, error) {
	var r resident
	for _, field := range []struct {
		name string
		to   *int64
	}{{"VmRSS:", &r.current}, {"VmHWM:", &r.peak}, {"RssFile:", &r.files}} {
		_, rest, _ := strings.Cut(status, field.name)
		line, _, _ := strings.Cut(rest, "\n")
		kB, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(line), "kB")), 10, 64)
		if err != nil {
			return resident{}, fmt.Errorf("%s %w", field.name, err)
		}
		*field.to = kB << 10
	}
	return r, nil
}

// lastLines keeps the end of what the bridges write.
type lastLines struct {
	mu   sync.Mutex
	text []byte
}

const keptLog = 4 << 10 // bytes

func (l *lastLines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	l.text = l.text[max(0, len(l.text)-keptLog):]
	return len(p), nil
}

func (l *lastLines) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
