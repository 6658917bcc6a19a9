package serial

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// holderOf names the process that has a device, as far as this user can see: the one
// that has locked it, else one that has it open. It returns "" when it finds none.
func holderOf(path string) string {
	pid := 0
	var stat unix.Stat_t
	if unix.Stat(path, &stat) == nil {
		if locks, err := os.ReadFile("/proc/locks"); err == nil {
			pid = lockedBy(string(locks), unix.Major(stat.Dev), unix.Minor(stat.Dev), stat.Ino)
		}
	}
	if pid == 0 {
		pid = openedBy(path)
	}
	return nameOf(pid)
}

// nameOf writes which process it is, and of which program; "" for 0.
func nameOf(pid int) string {
	if pid == 0 {
		return ""
	}
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
	if err != nil {
		return fmt.Sprintf("process %d", pid)
	}
	return fmt.Sprintf("process %d (%s)", pid, strings.TrimSpace(string(comm)))
}

// lockedBy returns the process that has locked a file, of the lines of /proc/locks:
//
//	1: FLOCK  ADVISORY  WRITE 3215 00:06:145 0 EOF
func lockedBy(locks string, major, minor uint32, inode uint64) (pid int) {
	file := fmt.Sprintf("%02x:%02x:%d", major, minor, inode)
	for line := range strings.Lines(locks) {
		fields := strings.Fields(line)
		if len(fields) < 6 || fields[1] == "->" || fields[5] != file {
			continue
		}
		if pid, err := strconv.Atoi(fields[4]); err == nil && pid > 0 {
			return pid
		}
	}
	return 0
}

// openedBy returns another process that has a device open.
func openedBy(path string) (pid int) {
	links, _ := filepath.Glob("/proc/[0-9]*/fd/*") // those that this user may see
	for _, link := range links {
		if target, err := os.Readlink(link); err != nil || target != path {
			continue
		}
		if pid, err := strconv.Atoi(strings.Split(link, "/")[2]); err == nil && pid != os.Getpid() {
			return pid
		}
	}
	return 0
}
