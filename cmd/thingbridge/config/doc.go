// Package config reads the configuration of the gateway: one YAML file, decoded
// strictly over the defaults.
//
// All mistakes are found at once. Each names the file, the line, the path of the
// key, what was got and what to write instead; no message holds a secret. Only
// YAML that cannot be read at all hides the mistakes behind it.
//
// How the Go structs are read:
//
//   - A field with a tag `yaml:"key"` is a key. The option "required" makes its
//     absence a mistake, and a second tag `example:"…"` says what to write then.
//     "inline" reads the fields of a struct as if they stood in the outer one.
//   - A type with UnmarshalText is read through it; its error is the message.
//   - A time.Duration is written with its unit, such as 30s.
//   - A string type named Secret takes the key x, or x_file with the name of a
//     file, or the systemd credential that is called as the path of the key.
//   - A string whose key ends in "_file", or that has the option "path", is the
//     name of a file; a relative one starts at the folder of the configuration.
//     What a key ending in "_file" names must exist.
//   - A pointer is nil when its key is absent; a struct that is none is read with
//     its defaults, and reports what it requires. What a pointer points to and the
//     elements of lists start as their zero value, or as a method SetDefaults()
//     leaves them.
//   - A struct that is a [Section] is validated after it has been read, inner ones
//     first. A report about something that is known to be wrong is left out.
//
// Anchors, aliases and the merge key << work; tags such as !include do not.
package config
