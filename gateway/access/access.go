// Package access decides who may see, control and administer which device. What
// is not granted is denied.
package access

import (
	"fmt"
	"path"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/xmpp"
)

// Role is what a user may do with a device. Each role includes those before it.
type Role uint8

// The roles.
const (
	None    Role = iota // nothing, and not even learn that the device exists
	View                // see presence and readings
	Control             // send commands
	Admin               // change the gateway itself
)

var roleNames = [...]string{None: "none", View: "view", Control: "control", Admin: "admin"}

// String returns the word that the configuration uses.
func (r Role) String() string { return roleNames[r] }

// UnmarshalText reads the word that the configuration uses.
func (r *Role) UnmarshalText(text []byte) error {
	for role, name := range roleNames {
		if name == string(text) {
			*r = Role(role)
			return nil
		}
	}
	return fmt.Errorf("%q is no role; use none, view, control or admin", text)
}

// Config says who may do what.
type Config struct {
	// Admins may do everything: bare JIDs such as anna@home.test, or patterns
	// such as *@home.test.
	Admins []string `yaml:"admins"`
	// Grants are tried in their order; the first one that fits both the user and
	// the device decides. Where none fits, access is denied.
	Grants []Grant `yaml:"grants"`
}

// Grant gives a role to some users for some devices.
type Grant struct {
	// Who is a bare JID such as bert@home.test, or a pattern such as *@home.test
	// for all users of a server.
	Who string `yaml:"who,required"`
	// Devices is the id of a device, or a pattern such as kitchen-* or *.
	Devices string `yaml:"devices,required"`
	// Role is none, view, control or admin.
	Role Role `yaml:"role,required"`
}

// Validate reports each mistake with the path of its key.
func (c *Config) Validate(report func(path, problem string)) {
	for i, who := range c.Admins {
		if problem := checkWho(who); problem != "" {
			report(fmt.Sprintf("admins[%d]", i), problem)
		}
	}
	for i, g := range c.Grants {
		if problem := checkWho(g.Who); problem != "" {
			report(fmt.Sprintf("grants[%d].who", i), problem)
		}
		if _, err := path.Match(g.Devices, ""); err != nil || g.Devices == "" {
			report(fmt.Sprintf("grants[%d].devices", i), fmt.Sprintf("%q is no device id or pattern; use for example kitchen-* or *", g.Devices))
		}
	}
}

func checkWho(who string) string {
	local, domain, found := strings.Cut(who, "@")
	if !found || local == "" || domain == "" || strings.Contains(domain, "/") {
		return fmt.Sprintf("%q is no bare JID or pattern; use for example anna@home.test or *@home.test", who)
	}
	if _, err := path.Match(local, ""); err != nil {
		return fmt.Sprintf("%q: bad pattern; * stands for any characters", who)
	}
	if strings.ContainsAny(who, "*?[") {
		if strings.ContainsAny(domain, "*?[") && domain != "*" {
			return fmt.Sprintf("%q: a pattern stands before the @; behind it use one server, or * for all of them", who)
		}
		return ""
	}
	if _, err := xmpp.ParseJID(who); err != nil {
		return err.Error()
	}
	return ""
}

// Policy answers who may do what. It is immutable and safe for concurrent use.
type Policy struct {
	admins []who
	grants []rule
}

type rule struct {
	who     who
	devices string
	role    Role
}

// who matches users. Both parts are in the normal form of a JID.
type who struct{ local, domain string }

// New returns the policy of a valid configuration.
func New(cfg Config) *Policy {
	p := &Policy{}
	for _, admin := range cfg.Admins {
		p.admins = append(p.admins, newWho(admin))
	}
	for _, g := range cfg.Grants {
		p.grants = append(p.grants, rule{newWho(g.Who), g.Devices, g.Role})
	}
	return p
}

func newWho(text string) who {
	if jid, err := xmpp.ParseJID(text); err == nil && !strings.ContainsAny(text, "*?[") {
		return who{jid.Local(), jid.Domain()}
	}
	local, domain, _ := strings.Cut(strings.ToLower(text), "@")
	return who{local, domain}
}

// matches reports whether w stands for user. Only a user's JID can match: a
// server or a component, which has no localpart, never does.
func (w who) matches(user xmpp.JID) bool {
	if user.Local() == "" || w.domain != "*" && w.domain != user.Domain() {
		return false
	}
	if w.local == "*" || w.local == user.Local() {
		return true
	}
	ok, _ := path.Match(w.local, user.Local())
	return ok
}

// Admins returns the users that are named as admins, without those of patterns.
func (p *Policy) Admins() []xmpp.JID {
	var users []xmpp.JID
	for _, w := range p.admins {
		if user, err := xmpp.NewJID(w.local, w.domain, ""); err == nil && !strings.ContainsAny(w.local+w.domain, "*?[") {
			users = append(users, user)
		}
	}
	return users
}

// Role returns what user may do with a device. It asks nothing of the device but
// its ID, so it can be asked for devices that do not exist.
func (p *Policy) Role(user xmpp.JID, device devices.ID) Role {
	if p.admin(user) {
		return Admin
	}
	for _, g := range p.grants {
		if !g.who.matches(user) {
			continue
		}
		if ok, _ := path.Match(g.devices, string(device)); ok {
			return g.role
		}
	}
	return None
}

// House returns what user may do with the gateway itself: as much as with any
// device, but not more than View unless user is an admin.
func (p *Policy) House(user xmpp.JID) Role {
	if p.admin(user) {
		return Admin
	}
	for _, g := range p.grants {
		if g.role > None && g.who.matches(user) {
			return View
		}
	}
	return None
}

// Most returns the most that user may do with any device there could be.
func (p *Policy) Most(user xmpp.JID) Role {
	if p.admin(user) {
		return Admin
	}
	most := None
	for _, g := range p.grants {
		if g.who.matches(user) {
			most = max(most, g.role)
		}
	}
	return most
}

func (p *Policy) admin(user xmpp.JID) bool {
	for _, w := range p.admins {
		if w.matches(user) {
			return true
		}
	}
	return false
}
