package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// maxLine bounds a line of a file, in bytes.
const maxLine = 4 << 20

// folder is where the messages are.
type folder struct {
	dir   string
	short map[string]string // discovery keys by their short forms; nil: not read yet
}

// open opens a file, which may be compressed.
func (f *folder) open(name string) (io.ReadCloser, error) {
	file, err := os.Open(filepath.Join(f.dir, name))
	if err != nil || !strings.HasSuffix(name, ".gz") {
		return file, err
	}
	zip, err := gzip.NewReader(file)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return struct {
		io.Reader
		io.Closer
	}{zip, file}, nil
}

// lines decodes each line of a file as a T.
func lines[T any](f *folder, name string) ([]T, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var out []T
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		if len(bytes.TrimSpace(scanner.Bytes())) == 0 {
			continue
		}
		var one T
		if err := json.Unmarshal(scanner.Bytes(), &one); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", name, len(out)+1, err)
		}
		out = append(out, one)
	}
	return out, scanner.Err()
}

// whole decodes a file as one T.
func whole[T any](f *folder, name string) (T, error) {
	var one T
	file, err := f.open(name)
	if err != nil {
		return one, err
	}
	defer file.Close()
	if err := json.NewDecoder(file).Decode(&one); err != nil {
		return one, fmt.Errorf("%s: %w", name, err)
	}
	return one, nil
}
