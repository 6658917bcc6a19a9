package store

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// lock is an exclusive lock on a file of its own beside the database. The kernel
// releases it with the process, so it is never stale. The file holds the number
// of the process while the store is open, and is emptied when the store has been
// closed in order: a file found with content tells of an unclean end.
//
// The database itself is not locked: readers such as sqlite3 .backup are
// welcome, and SQLite's own locks would be lost with any descriptor closed.
type lock struct {
	file    *os.File
	unclean bool // the last holder did not close the store
}

func acquire(path string) (*lock, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, os.ErrPermission) {
		return nil, fmt.Errorf("%w; give the gateway's user write access to the folder", err)
	}
	if err != nil {
		return nil, err
	}
	l := &lock{file: file}
	if err := l.take(); err != nil {
		file.Close()
		return nil, err
	}
	return l, nil
}

func (l *lock) take() error {
	err := syscall.Flock(int(l.file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%w%s; stop it first, or give this one another store.path", ErrInUse, l.holder())
	}
	if err != nil {
		return fmt.Errorf("lock %s: %w", l.file.Name(), err)
	}
	info, err := l.file.Stat()
	if err != nil {
		return err
	}
	l.unclean = info.Size() > 0
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err = l.file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0)
	return err
}

// holder returns " (process 123)", or nothing when the file does not tell.
func (l *lock) holder() string {
	var buf [16]byte
	n, _ := l.file.ReadAt(buf[:], 0)
	pid, err := strconv.Atoi(strings.TrimSpace(string(buf[:n])))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}

func (l *lock) markClean() error { return l.file.Truncate(0) }

// release lets go of the lock. The file stays: to remove it would let two
// processes lock two files of the same name.
func (l *lock) release() error { return l.file.Close() }
