package doctor

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"thingbridge/gateway/store"
)

const (
	keyStore = "store.path"

	// leastRoom is what a gateway writes in months; with less, the disk is about
	// to be full for another reason.
	leastRoom = 64 << 20 // bytes

	// maxCopied is how large a store may be, in bytes, to be copied for a look.
	maxCopied = 256 << 20
)

// storeVisit looks at the file that survives a restart.
type storeVisit struct{ path string }

func newStoreVisit(path string) *storeVisit { return &storeVisit{path: path} }

func (v *storeVisit) group() Group {
	return Group{Name: "store " + v.path, Steps: []Step{
		{Name: "gateway", Try: v.gateway},
		{Name: "folder", Try: v.folder, Free: true},
		{Name: "open", Try: v.open},
		{Name: "room", Try: v.room, Free: true},
	}}
}

func (v *storeVisit) gateway(context.Context) Finding {
	found, err := useOf(v.path)
	switch {
	case err != nil:
		return failed("whether a gateway is running cannot be seen: "+plain(err), "", "run doctor as the user of the gateway")
	case found.running:
		return skipped(found.String() + "; what would disturb it is not tried")
	}
	return passed("no gateway is running with this store")
}

// folder makes a file to see that it can, as the file system may be read-only or
// have rules of its own.
func (v *storeVisit) folder(context.Context) Finding {
	folder := filepath.Dir(v.path)
	info, err := os.Stat(folder)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return failed("there is no folder "+folder, keyStore, "make the folder, or correct the path")
	case err == nil && !info.IsDir():
		return failed(folder+" is not a folder", keyStore, "correct the path")
	case err != nil:
		return failed(err.Error(), keyStore, "run doctor as the user of the gateway, or correct the path")
	}
	file, err := os.CreateTemp(folder, ".thingbridge-doctor-*")
	if err != nil {
		return failed(fmt.Sprintf("nothing can be written to %s: %s", folder, reason(err)), keyStore,
			"give the gateway's user write access to the folder, or name a file in another")
	}
	_ = file.Close()
	_ = os.Remove(file.Name())
	if os.Geteuid() == 0 {
		return passed(folder + " can be written by root, as whom doctor runs")
	}
	return passed(folder + " can be written")
}

// open opens a copy: to open the store itself would bring it to the schema of
// this program, and leave files that belong to who runs doctor.
func (v *storeVisit) open(ctx context.Context) Finding {
	info, err := os.Stat(v.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return skipped("there is none yet; the gateway makes it")
	case err != nil:
		return failed(err.Error(), keyStore, "run doctor as the user of the gateway")
	case !info.Mode().IsRegular():
		return failed(v.path+" is not a file", keyStore, "name the file itself, for example thingbridge.db")
	case info.Size() > maxCopied:
		return skipped(fmt.Sprintf("not tried, as it is larger than %d MiB", maxCopied>>20))
	}
	if found, err := useOf(v.path); err != nil || found.running {
		return skipped("not tried, because " + found.String())
	}
	file, err := os.OpenFile(v.path, os.O_RDWR, 0)
	if err != nil {
		return failed(reason(err), keyStore, "give the file to the gateway's user")
	}
	_ = file.Close()
	if err := openCopy(ctx, v.path); err != nil {
		return openFinding(err)
	}
	return passed("it opens, and all of it can be read")
}

func openFinding(err error) Finding {
	for _, known := range []struct {
		cause  error
		remedy string
	}{
		{store.ErrDamaged, "move it away to start anew, or put a backup in its place"},
		{store.ErrForeign, "name another file"},
		{store.ErrNewer, "install that version of thingbridge again, or put a backup from before in its place"},
	} {
		if errors.Is(err, known.cause) {
			return failed(known.cause.Error(), keyStore, known.remedy)
		}
	}
	return failed("a copy of it does not open: "+shorten(err.Error()), keyStore, "look into the message")
}

// openCopy opens a copy of the store at path, and removes it again.
func openCopy(ctx context.Context, path string) error {
	folder, err := os.MkdirTemp("", "thingbridge-doctor-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	copied := filepath.Join(folder, filepath.Base(path))
	for _, suffix := range []string{"", "-wal"} { // what was written last is in the log
		err := copyFile(copied+suffix, path+suffix)
		if err != nil && (suffix == "" || !errors.Is(err, fs.ErrNotExist)) {
			return err
		}
	}
	// To the store, a lock with something in it tells of an unclean end, after
	// which it looks at the whole file.
	if err := os.WriteFile(copied+".lock", []byte("doctor\n"), 0o600); err != nil {
		return err
	}
	s, err := store.Open(ctx, copied)
	if err != nil {
		return err
	}
	return s.Close()
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, io.LimitReader(in, maxCopied))
	return errors.Join(err, out.Close())
}

func (v *storeVisit) room(context.Context) Finding {
	var disk syscall.Statfs_t
	if err := syscall.Statfs(filepath.Dir(v.path), &disk); err != nil {
		return skipped("not known: " + plain(err))
	}
	if disk.Blocks == 0 {
		return skipped("that file system does not tell")
	}
	return roomFinding(disk.Bavail * uint64(disk.Bsize))
}

// roomFinding judges how many bytes are free.
func roomFinding(free uint64) Finding {
	detail := fmt.Sprintf("%d MiB are free", free>>20)
	if free < leastRoom {
		return failed(detail, keyStore, "make room on that disk, or name a file on another")
	}
	return passed(detail)
}

// reason is the text of err without the name of the file.
func reason(err error) string {
	var at *fs.PathError
	if errors.As(err, &at) {
		return at.Err.Error()
	}
	return err.Error()
}
