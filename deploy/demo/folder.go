package demo

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
)

// folder is a temporary folder that does not outlive this program, even if the
// program is killed.
type folder struct {
	path   string
	warden *exec.Cmd      // removes the folder when leash is closed
	leash  io.WriteCloser // closed by the kernel when this program ends
}

func newFolder() (*folder, error) {
	path, err := os.MkdirTemp("", "thingbridge-demo-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the demo: %w; name one that can be written to with TMPDIR=FOLDER", err)
	}
	f := &folder{path: path}
	// Prosody does not run as root and must get to its folder, and other users to
	// the CA certificate. What is secret has modes of its own.
	if err := os.Chmod(path, 0o711); err != nil {
		return nil, errors.Join(err, f.remove())
	}
	f.warden = exec.Command("/bin/sh", "-c", `read -r line; rm -rf -- "$1"`, "thingbridge-demo", path)
	f.warden.Dir = "/"
	f.warden.Env = []string{"PATH=/usr/bin:/bin"}
	// In a group of its own neither Ctrl-C nor a closing terminal ends it.
	f.warden.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if f.leash, err = f.warden.StdinPipe(); err == nil {
		err = f.warden.Start()
	}
	if err != nil {
		f.warden = nil
		return nil, errors.Join(fmt.Errorf("start the shell that removes %s at the end: %w", path, err), f.remove())
	}
	return f, nil
}

// file returns the path of a file in the folder.
func (f *folder) file(name string) string { return filepath.Join(f.path, name) }

// remove removes the folder and all that is in it.
func (f *folder) remove() error {
	err := os.RemoveAll(f.path)
	if f.warden != nil {
		f.leash.Close()
		err = errors.Join(err, f.warden.Wait())
	}
	return err
}
