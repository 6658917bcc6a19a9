package config

// Store is what survives a restart.
type Store struct {
	// The file of the database; it is made when it does not exist.
	Path string `yaml:"path,path"`
}

// Validate reports mistakes in what was given.
func (s *Store) Validate(report func(path, problem string)) {
	if s.Path == "" {
		report("path", "is empty; name a file, such as thingbridge.db")
	}
}

// Log is what the gateway says of itself.
type Log struct {
	// How much is said: error, warn, info, debug (the traffic) or trace.
	Level Level `yaml:"level"`
}
