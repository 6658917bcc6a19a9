package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// absolute returns the name of a file as seen from the folder of the configuration.
func (b *binder) absolute(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(b.source.folder, file)
}

// files makes the names of files absolute, and reports those that do not exist.
func (b *binder) files(n *node, path string, fields []field) {
	for _, f := range fields {
		here := join(path, f.key)
		if !f.isPath || f.value.String() == "" || b.rep.isSettled(here) {
			continue
		}
		file := b.absolute(f.value.String())
		f.value.SetString(file)
		if !f.mustBe {
			continue
		}
		if err := checkReadable(file); err != nil {
			b.rep.addf(n.lineOf(f.key), here, "file %q: %v", shortenPath(file), err)
		}
	}
}

func checkReadable(file string) error {
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return explainOpen(err, "put it there, or mend the name")
	}
	defer f.Close()
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		return errors.New("is no plain file; name one")
	}
	return err
}

// shortenPath keeps the end of a long name, which tells files apart.
func shortenPath(file string) string {
	const most = 200
	if len(file) <= most {
		return file
	}
	return "…" + strings.ToValidUTF8(file[len(file)-most:], "")
}
