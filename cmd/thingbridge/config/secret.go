package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"unicode/utf8"
)

// maxSecret is far above any password, and below a file that is none.
const maxSecret = 4096

// secret reads a secret: from its key, from the file that the key with "_file"
// names, or from a systemd credential.
func (b *binder) secret(section *node, path string, f field, inline, file *node) {
	switch {
	case inline != nil && file != nil:
		b.rep.addf(max(inline.line, file.line), path, "is there twice, as %s and as %s; remove one", f.key, f.fileKey())
	case inline != nil:
		b.inlineSecret(inline, path, f)
	case file != nil:
		if !file.single() || file.text == "" {
			b.wrong(file, path+"_file", "the name of a file")
			return
		}
		b.secretFile(file.line, path+"_file", b.absolute(file.text), f)
	case b.hasCredential(path):
		b.secretFile(section.line, path, filepath.Join(b.source.credentials, path), f)
	case f.required && !b.rep.isSettled(path):
		b.rep.addf(section.line, path, `is missing; add "%s: FILE", the name of a file with the secret in it`, f.fileKey())
	}
}

func (b *binder) inlineSecret(n *node, path string, f field) {
	if !n.single() {
		b.wrong(n, path, "a text")
		return
	}
	if n.text == "" {
		b.rep.addf(n.line, path, `is empty; write the secret, or "%s: FILE"`, f.fileKey())
		return
	}
	if b.source.exposed {
		b.rep.warn(n.line, path, "everybody on this machine can read this file; chmod 640 it, or move the secret to a file of its own: "+f.fileKey())
	}
	f.value.SetString(n.text)
}

// hasCredential reports whether systemd hands over a secret for path.
func (b *binder) hasCredential(path string) bool {
	if b.source.credentials == "" || strings.ContainsAny(path, "/\x00") {
		return false
	}
	_, err := os.Stat(filepath.Join(b.source.credentials, path))
	return err == nil
}

func (b *binder) secretFile(line int, path, file string, f field) {
	secret, mode, err := readSecret(file)
	if err != nil {
		b.rep.addf(line, path, "file %q: %v", shortenPath(file), err)
		return
	}
	if mode.Perm()&0o004 != 0 {
		b.rep.warn(line, path, fmt.Sprintf("file %q: everybody on this machine can read it; chmod 600 it", shortenPath(file)))
	}
	f.value.SetString(secret)
}

// readSecret returns the only line of a file. Its errors never repeat the content.
func readSecret(file string) (string, fs.FileMode, error) {
	// Without O_NONBLOCK a named pipe would wait for its writer.
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", 0, explainOpen(err, "write the secret to it, and chmod 600 it")
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return "", 0, explainOpen(err, "")
	}
	if !info.Mode().IsRegular() {
		return "", 0, errors.New("is no plain file; name one that holds the secret")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxSecret+1))
	if err != nil {
		return "", 0, explainOpen(err, "")
	}
	if len(data) > maxSecret {
		return "", 0, fmt.Errorf("is greater than %d bytes; this cannot be a secret", maxSecret)
	}
	secret, err := onlyLine(string(data))
	return secret, info.Mode(), err
}

func onlyLine(text string) (string, error) {
	line := strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	switch {
	case line == "":
		return "", errors.New("is empty; write the secret to it")
	case strings.ContainsAny(line, "\r\n"):
		return "", fmt.Errorf("has %d lines; it shall hold the secret alone, in one line", strings.Count(line, "\n")+1)
	case strings.Contains(line, "\x00") || !utf8.ValidString(line):
		return "", errors.New("is not text; it shall hold the secret alone, in one line")
	}
	return line, nil
}
