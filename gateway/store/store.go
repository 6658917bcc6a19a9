package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"sync"

	_ "modernc.org/sqlite" // the driver "sqlite", SQLite in pure Go
)

// Store is an open store. Its methods can be called from any goroutine. When a
// context ends before a method has returned, what it was about to store is
// stored as a whole or not at all, and the error says that it was cut short.
type Store struct {
	path string
	lock *lock
	db   *sql.DB

	saveMemory   *sql.Stmt
	putSetting   *sql.Stmt
	addItem      *sql.Stmt
	deleteItem   *sql.Stmt
	putRecord    *sql.Stmt
	deleteRecord *sql.Stmt

	close    sync.Once
	closeErr error
}

// Open opens the store in the file at path, creates it where there is none
// (readable by its owner alone) and brings it to the schema of this program. The
// folder must exist and be writable.
//
// The error names the file and says what to do. It wraps [ErrInUse] when another
// process has the store open, [ErrDamaged] when the file is broken, [ErrForeign]
// when it belongs to another program and [ErrNewer] when a later version wrote it.
func Open(ctx context.Context, path string) (*Store, error) {
	full, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s := &Store{path: full}
	if err := s.open(ctx); err != nil {
		s.abandon()
		return nil, fmt.Errorf("open store %s: %w", full, explain(err))
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	if err := checkPlace(s.path); err != nil {
		return err
	}
	var err error
	if s.lock, err = acquire(s.path + ".lock"); err != nil {
		return err
	}
	if err := create(s.path); err != nil {
		return err
	}
	if s.db, err = sql.Open("sqlite", dsn(s.path)); err != nil {
		return err
	}
	// One connection: SQLite writes one at a time anyway, and each connection
	// costs a page cache and its prepared statements.
	s.db.SetMaxOpenConns(1)
	if err := s.check(ctx); err != nil {
		return err
	}
	if err := migrate(ctx, s.db, migrations); err != nil {
		return err
	}
	return s.prepare(ctx)
}

// checkPlace finds the mistakes of a configuration that SQLite would report as
// "unable to open database file".
func checkPlace(path string) error {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return errors.New("it is not a file; store.path names the file itself, for example thingbridge.db")
	}
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	if errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("the folder %s does not exist; create it or change store.path", folder)
	}
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a folder; change store.path", folder)
	}
	return nil
}

// create makes an empty file that only its owner can read: SQLite would make one
// that everybody can. Its companions (-wal, -shm) take over the mode.
func create(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	// Closing it here is safe only because SQLite has not opened it yet: closing
	// any descriptor of a file drops all POSIX locks of the process on it.
	return file.Close()
}

// cacheKiB bounds SQLite's page cache. The tables are small and read as a whole
// at the start, so a larger one measured no faster.
const cacheKiB = 256

// walLimit is the size in bytes to which the write-ahead log is cut back after a
// checkpoint.
const walLimit = 1 << 20

// dsn holds what each connection sets. The journal mode is not here: it would
// change the file before it is known to be ours.
func dsn(path string) string {
	query := url.Values{
		"_txlock": {"immediate"}, // a transaction that starts as a reader cannot wait for its turn to write
		"_pragma": {
			"busy_timeout(5000)", // for an operator's sqlite3, which may hold a lock for moments
			"synchronous(normal)",
			"foreign_keys(1)",
			fmt.Sprintf("cache_size(-%d)", cacheKiB),
			"mmap_size(0)",
			"temp_store(memory)",
			fmt.Sprintf("journal_size_limit(%d)", walLimit),
		},
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query.Encode()}).String()
}

func (s *Store) prepare(ctx context.Context) error {
	for _, p := range []struct {
		stmt **sql.Stmt
		text string
	}{
		{&s.saveMemory, saveMemory},
		{&s.putSetting, putSetting},
		{&s.addItem, addItem},
		{&s.deleteItem, deleteItem},
		{&s.putRecord, putRecord},
		{&s.deleteRecord, deleteRecord},
	} {
		var err error
		if *p.stmt, err = s.db.PrepareContext(ctx, p.text); err != nil {
			return err
		}
	}
	return nil
}

// abandon gives back what a failed Open has got. The lock keeps the mark of an
// unclean end, so that the next Open looks at the whole file.
func (s *Store) abandon() {
	if s.db != nil {
		s.db.Close()
	}
	if s.lock != nil {
		s.lock.release()
	}
}

// Close writes everything to the disk and lets go of the file. The other methods
// fail afterwards; Close itself can be called again and returns the same.
func (s *Store) Close() error {
	s.close.Do(func() {
		_, flushed := s.db.Exec("PRAGMA wal_checkpoint(truncate)")
		closed := s.db.Close()
		var marked error
		if flushed == nil && closed == nil {
			marked = s.lock.markClean()
		}
		if err := errors.Join(flushed, closed, marked, s.lock.release()); err != nil {
			s.closeErr = s.failed("close", err)
		}
	})
	return s.closeErr
}

// write runs fn in a transaction, which is rolled back when fn fails.
func (s *Store) write(ctx context.Context, doing string, fn func(*sql.Tx) error) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return s.failed(doing, err)
	}
	defer tx.Rollback() // without effect after Commit
	if err := fn(tx); err != nil {
		return s.failed(doing, err)
	}
	if err := tx.Commit(); err != nil {
		return s.failed(doing, err)
	}
	return nil
}

// query calls scan for each row of the result.
func (s *Store) query(ctx context.Context, doing string, scan func(*sql.Rows) error, text string, args ...any) error {
	rows, err := s.db.QueryContext(ctx, text, args...)
	if err != nil {
		return s.failed(doing, err)
	}
	defer rows.Close()
	for rows.Next() {
		if err := scan(rows); err != nil {
			return s.failed(doing, err)
		}
	}
	if err := rows.Err(); err != nil {
		return s.failed(doing, err)
	}
	return nil
}
