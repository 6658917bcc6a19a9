package lab

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// ErrNotInstalled says that a server's program is not on this machine. The error
// around it names the Debian package to install.
var ErrNotInstalled = errors.New("not installed")

// findProgram returns the path of a program of a Debian package. It looks where
// daemons live too, which is not on everybody's PATH.
func findProgram(name, debianPackage string) (string, error) {
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	for _, dir := range []string{"/usr/sbin", "/usr/local/sbin", "/sbin"} {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s is %w: install the Debian package %s", name, ErrNotInstalled, debianPackage)
}

// serverOwner returns who a server runs as: nil for the caller, and for root the
// system user that the server's package made, as servers refuse to be root.
func serverOwner(systemUser string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	found, err := user.Lookup(systemUser)
	if err != nil {
		return nil, fmt.Errorf("run a server as system user %s: %w", systemUser, err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("system user %s: uid %q: %w", systemUser, found.Uid, err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return nil, fmt.Errorf("system user %s: gid %q: %w", systemUser, found.Gid, err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// hand makes everything in dir belong to owner; nil leaves it with the caller.
func hand(dir string, owner *syscall.Credential) error {
	if owner == nil {
		return nil
	}
	return filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, int(owner.Uid), int(owner.Gid))
	})
}
