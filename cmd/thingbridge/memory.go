package main

import (
	"os"
	"runtime/debug"
)

// collectOften is how much garbage there may be, in percent of what is alive. The
// gateway makes little of it per reading, and stands on a machine where memory is
// scarcer than time.
const collectOften = 50

// spareMemory sets the collector, unless whoever started the program did.
func spareMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(collectOften)
	}
}

// giveBack returns to the system what reading a large configuration took.
func giveBack() { debug.FreeOSMemory() }
