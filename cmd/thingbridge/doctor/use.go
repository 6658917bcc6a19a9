package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// use is whether a gateway runs with a store.
type use struct {
	running bool
	process int // its number; 0 when it is not known
}

// useOf looks at the lock that a running gateway holds beside its store. It makes
// no file, and where nobody has left a mark it does not touch the lock either: a
// gateway that starts at that moment would find it held.
func useOf(store string) (use, error) {
	file, err := os.Open(store + ".lock")
	if errors.Is(err, fs.ErrNotExist) {
		return use{}, nil
	}
	if err != nil {
		return use{}, err
	}
	defer file.Close()
	var mark [16]byte
	n, _ := file.ReadAt(mark[:], 0)
	if n == 0 { // the last gateway closed the store in order
		return use{}, nil
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		process, _ := strconv.Atoi(strings.TrimSpace(string(mark[:n])))
		return use{running: true, process: process}, nil
	}
	return use{}, err
}

func (u use) String() string {
	if u.process == 0 {
		return "the gateway is running"
	}
	return fmt.Sprintf("the gateway is running (process %d)", u.process)
}
