package serial

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"os/user"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Trouble is why a port cannot be opened, for people.
type Trouble struct {
	Problem string // what is wrong
	Remedy  string // what to do
	Err     error
}

// Error writes both.
func (t *Trouble) Error() string { return t.Problem + "; " + t.Remedy }

// Unwrap returns what the system said.
func (t *Trouble) Unwrap() error { return t.Err }

// byID is where udev names ports by what is plugged in.
const byID = "/dev/serial/by-id"

// openTrouble says why the device at path cannot be opened.
func openTrouble(path string, err error) *Trouble {
	t := &Trouble{Err: bare(err)}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.Problem, t.Remedy = "there is no "+path, whatThereIs(byID)
	case errors.Is(err, unix.EBUSY), errors.Is(err, unix.EWOULDBLOCK):
		t.Problem = path + " is in use"
		t.Remedy = "end what uses it, which ModemManager, a terminal program or a second gateway may be: sudo fuser -v " + path
		if who := holderOf(path); who != "" {
			t.Problem += " by " + who
			t.Remedy = "end it, or give it another port"
		}
	case errors.Is(err, fs.ErrPermission):
		t.Problem, t.Remedy = forbidden(path)
	case errors.Is(err, unix.ENXIO), errors.Is(err, unix.ENODEV), errors.Is(err, unix.EIO):
		t.Problem, t.Remedy = "there is no hardware behind "+path, "name another port, or turn this one on in the settings of the machine"
	case errors.Is(err, unix.ENOTTY), errors.Is(err, unix.EISDIR), errors.Is(err, unix.EINVAL):
		t.Problem, t.Remedy = path+" is no serial port, or does not take these settings", whatThereIs(byID)
	default:
		t.Problem, t.Remedy = path+" cannot be opened: "+bare(err).Error(), "see what the kernel says: sudo dmesg"
	}
	return t
}

// whatThereIs names the ports in a folder of udev.
func whatThereIs(folder string) string {
	const most = 8
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) == 0 {
		return "there is none in " + folder + " either: is it plugged in?"
	}
	var names []string
	for _, e := range entries[:min(len(entries), most)] {
		names = append(names, e.Name())
	}
	if len(entries) > most {
		names = append(names, "…")
	}
	return "in " + folder + " there is " + strings.Join(names, ", ")
}

// forbidden says which group may open a port, and how to join it.
func forbidden(path string) (problem, remedy string) {
	name, group := "this user", "dialout"
	if me, err := user.Current(); err == nil {
		name = me.Username
	}
	if info, err := os.Stat(path); err == nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Gid != 0 {
			if found, err := user.LookupGroupId(strconv.FormatUint(uint64(stat.Gid), 10)); err == nil {
				group = found.Name
			}
		}
	}
	who := name
	if name == "this user" {
		who = "USER"
	}
	return fmt.Sprintf("%s may not open %s, which is for the group %s", name, path, group),
		fmt.Sprintf("sudo usermod -aG %s %s, then log in or start the gateway again; in a systemd unit: SupplementaryGroups=%s", group, who, group)
}

// takenByAdapter says that another adapter of this gateway has a port.
func takenByAdapter(port, holder string) *Trouble {
	return &Trouble{
		Problem: fmt.Sprintf("%s is in use by the adapter %s of this gateway", port, holder),
		Remedy:  "give each adapter its own port",
		Err:     unix.EBUSY,
	}
}

// dialTrouble says why there is no connection to an address.
func dialTrouble(address string, err error) error {
	t := &Trouble{Err: innermost(err), Remedy: "correct port, or see that both machines are on the network"}
	var unknown *net.DNSError
	switch {
	case errors.As(err, &unknown):
		t.Problem = fmt.Sprintf("the name of %s is not known", address)
	case errors.Is(err, unix.ECONNREFUSED):
		t.Problem, t.Remedy = "nobody listens on "+address, "start ser2net, or what else is to be there, or correct port"
	case slices.ContainsFunc([]error{unix.EHOSTUNREACH, unix.ENETUNREACH}, func(target error) bool { return errors.Is(err, target) }):
		t.Problem = address + " cannot be reached"
	case os.IsTimeout(err):
		t.Problem = address + " does not answer"
	default:
		t.Problem = fmt.Sprintf("no connection to %s: %v", address, innermost(err))
	}
	return t
}
