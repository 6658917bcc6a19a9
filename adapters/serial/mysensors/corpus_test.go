package mysensors_test

import (
	"bufio"
	"os"
	"path/filepath"
	"testing"

	"thingbridge/adapters/serial/mysensors"
)

// TestCorpus plays the lines of real nodes, twice over, as one conversation: nothing is
// refused by the registry, and each line means something or is refused with a reason.
// What each of them means is for deploy/corpus to judge. The lines are not part of the
// project; CORPUS names the folder that has them.
func TestCorpus(t *testing.T) {
	dir := os.Getenv("CORPUS")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "..", "shared", "corpus")
	}
	file, err := os.Open(filepath.Join(dir, "serial", "mysensors-lines.txt"))
	if err != nil {
		t.Skipf("the lines of real nodes are absent: %v", err)
	}
	defer file.Close()
	g := opened(t, mysensors.Config{}, nil)
	lines := 0
	for scanner := bufio.NewScanner(file); scanner.Scan(); lines++ {
		before := g.readings + g.announced + len(g.faults) + len(g.sent) + len(g.kept)
		g.hears(scanner.Text())
		text := string(g.it.Explain(nil, scanner.Bytes()))
		if g.readings+g.announced+len(g.faults)+len(g.sent)+len(g.kept) == before {
			t.Logf("tells nothing that is new: %s", text)
		}
	}
	if lines == 0 || g.readings == 0 {
		t.Errorf("%d lines, %d readings", lines, g.readings)
	}
	again := opened(t, mysensors.Config{}, g.kept)
	for _, twin := range g.registry.All() {
		if other, ok := again.registry.Get(twin.Device.ID); !ok || names(other.Device) != names(twin.Device) {
			t.Errorf("%s is another after a restart", twin.Device.ID)
		}
	}
	t.Logf("%d lines: %d devices, %d readings, %d faults", lines, len(g.registry.All()), g.readings, len(g.faults))
}
