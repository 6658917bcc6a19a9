package config

import (
	"os"
	"path/filepath"

	"thingbridge/gateway"
	"thingbridge/gateway/access"
)

// Config is what a configuration file says, with the defaults for what it leaves
// out. Its exported parts hold nothing of YAML: they can be compared with those of
// another one by reflect.DeepEqual to see what a reload changes.
type Config struct {
	XMPP     XMPP                   `yaml:"xmpp"`     // How the gateway is reached over XMPP.
	Presence gateway.PresenceConfig `yaml:"presence"` // How the values of devices show in presence.
	Adapters []Adapter              `yaml:"adapters"` // The connections to hardware, one section each.
	Access   access.Config          `yaml:"access"`   // Who may see, control and administer what.
	Feeds    []gateway.FeedConfig   `yaml:"feeds"`    // Readings as messages, for scripts.
	Store    Store                  `yaml:"store"`    // What survives a restart.
	Web      Web                    `yaml:"web"`      // How the command line reaches the gateway.
	Log      Log                    `yaml:"log"`      // What the gateway says of itself.

	// Warnings are things that work and should be mended all the same.
	Warnings []Mistake `yaml:"-"`

	file    string   // as it is called in messages
	outline *outline // for Line
}

// Section is a struct that knows which of its values go together. Validate calls
// report for every mistake, with the path of the key as it is written in the
// file, relative to the section ("devices[0].properties[1].min", or "" for the
// section), and with what is wrong and what to write instead. It does not touch
// anything outside the struct, and never puts a secret into a report.
type Section interface {
	Validate(report func(path, problem string))
}

// Kind is one kind of adapter that a configuration can name.
type Kind struct {
	Name    string
	Broker  bool                      // whether devices of other adapters can be announced through it
	Default func(name string) Section // a pointer to a struct with the defaults, for the adapter of that name
}

// Adapter is one section of "adapters".
type Adapter struct {
	Name string `yaml:"name,required" example:"house"` // What the adapter is called in logs, and in systemd credentials: a-z, 0-9 and -.
	Kind string `yaml:"kind,required" example:"mqtt"`  // What it speaks to; the other keys depend on it.
	// Whether new devices wait until an admin lets them in, in the chat with the house or
	// by its commands. Those that the configuration describes, or that were there before,
	// need not wait.
	Approve bool `yaml:"approve"`
	// Whether the devices are announced to Home Assistant, which then sees them too: true
	// for the first adapter of kind mqtt, or the name of one. Not for the devices of a
	// broker, which are there already.
	Publish Publish `yaml:"publish"`
	Section Section `yaml:"-"` // what Kind.Default returned, with the file over it
}

// Default returns the configuration of an empty file, without what is required.
func Default() *Config {
	c := &Config{
		Store: Store{Path: "thingbridge.db"},
		Log:   Log{Level: LevelInfo},
	}
	c.Presence.SetDefaults()
	return c
}

// Load reads the file at path. The error is an [*Error] that lists every mistake.
func Load(path string, kinds []Kind) (*Config, error) {
	text, exposed, err := readFile(path)
	if err != nil {
		return nil, err
	}
	return load(source{
		file:        path,
		folder:      filepath.Dir(path),
		credentials: os.Getenv("CREDENTIALS_DIRECTORY"),
		exposed:     exposed,
	}, text, kinds)
}

// source says where a configuration comes from.
type source struct {
	file        string // as it is called in messages
	folder      string // where relative names of files start
	credentials string // the folder of systemd's credentials; empty: none
	exposed     bool   // everybody on the machine can read the file
}

func load(src source, text string, kinds []Kind) (*Config, error) {
	rep := &reporter{file: src.file}
	root := parse(text, rep)
	if root == nil {
		return nil, rep.err()
	}
	b := binder{source: src, kinds: kinds, rep: rep, budget: maxValues}
	c := Default()
	b.root(root, c)
	if err := rep.err(); err != nil {
		return nil, err
	}
	c.Warnings, c.file, c.outline = rep.warnings, src.file, outlineOf(root)
	return c, nil
}
