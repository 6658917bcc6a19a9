package store

import (
	"errors"
	"fmt"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"
)

// Errors that callers branch on. The errors of this package that wrap them name
// the file and say what to do.
var (
	ErrInUse   = errors.New("another thingbridge is using it")
	ErrDamaged = errors.New("the file is damaged")
	ErrForeign = errors.New("the file belongs to another program")
	ErrNewer   = errors.New("a newer thingbridge wrote it")
	ErrFull    = errors.New("the disk is full")
)

// failed says what could not be done, in which file.
func (s *Store) failed(doing string, err error) error {
	return fmt.Errorf("store %s: %s: %w", s.path, doing, explain(err))
}

// remedies says in words for people what a result code of SQLite means.
var remedies = map[int]struct {
	cause  error
	remedy string
}{
	sqlite3.SQLITE_CORRUPT:  {ErrDamaged, "move it away to start anew, or put a backup in its place"},
	sqlite3.SQLITE_NOTADB:   {ErrDamaged, "move it away to start anew, or put a backup in its place"},
	sqlite3.SQLITE_FULL:     {ErrFull, "make room on the disk that holds it"},
	sqlite3.SQLITE_READONLY: {errors.New("it cannot be written"), "give the gateway's user write access to the file and its folder"},
	sqlite3.SQLITE_CANTOPEN: {errors.New("it cannot be opened"), "give the gateway's user write access to the file and its folder"},
	sqlite3.SQLITE_BUSY:     {errors.New("another program holds a lock on it"), "end the program that has it open"},
	sqlite3.SQLITE_IOERR:    {errors.New("the disk reports an error"), "look into the kernel's log; the disk may be worn out"},
}

// explain wraps an error of SQLite with its cause and its remedy. Other errors
// come back as they are.
func explain(err error) error {
	var sqliteErr *sqlite.Error
	if !errors.As(err, &sqliteErr) {
		return err
	}
	r, ok := remedies[sqliteErr.Code()&0xff] // the upper bits tell variants apart
	if !ok {
		return err
	}
	return fmt.Errorf("%w; %s: %w", r.cause, r.remedy, err)
}

// damaged is the error for content that SQLite could read and we cannot.
func damaged(what string) error {
	return fmt.Errorf("%w: %s; %s", ErrDamaged, what, remedies[sqlite3.SQLITE_CORRUPT].remedy)
}
