package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Exit codes.
const (
	exitMissed  = 1
	exitNothing = 2
)

// task is a file of the corpus and how it is judged.
type task struct {
	file   string  // or a pattern for several
	target float64 // share of cases that must be right; 0: any
	judge  func(*tally, *folder) error
}

// tasks are the files of a corpus.
var tasks = []task{
	{"templates-zigbee2mqtt.jsonl.gz", 1, judgeTemplates},
	{"templates-homeassistant.jsonl.gz", 0.98, judgeTemplates},
	{"zigbee2mqtt.jsonl.gz", 0.995, judgeBridge},
	{"zigbee2mqtt-events.jsonl.gz", 0.995, judgeBridge},
	{"ha-core-mqtt-cases.jsonl.gz", 0.95, judgeCases},
	{"ha-core-mqtt-configs.jsonl.gz", 0.99, judgeConfigs},
	{"tasmota-ha-cases.jsonl.gz", 0.95, judgeCases},
	{"tasmota-messages.jsonl", 0.98, judgeMessages},
	{"drop-connect-ha-cases.jsonl.gz", 0, judgeCaseMessages},
	{"wild-messages.jsonl", 1, judgeMessages},
	{"homie4.jsonl", 1, judgeTrees},
	{"rtl433-events.jsonl", 1, judgeRadio},
	{"rtl433-hass-discovery.jsonl", 1, judgeMessages},
	{"theengs-ble.jsonl", 1, judgeBeacons},
	{"shelly-topics.json.gz", 0.99, judgeShellyTopics},
	{"shelly-ha-fixtures.json", 1, judgeShellyStatus},
	{"serial/mysensors-lines.txt", 1, judgeMySensorsLines},
	{"serial/mysensors-nodes.json", 1, judgeMySensorsNodes},
	{"serial/rflink-rx-lines.txt", 1, judgeRFLinkHeard},
	{"serial/rflink-expect.jsonl", 1, judgeRFLinkExpected},
	{"serial/rflink-tx-lines.txt", 1, judgeRFLinkSent},
	{"serial/arduino-dht-text.txt", 1, judgeSketches},
	{"serial/dsmr-*.txt", 1, judgeTelegrams},
	{"serial/sml-*.hex.txt", 1, judgeFiles},
	{"serial/modbus-rtu-frames.txt", 1, judgeModbusFrames},
}

func main() {
	dir := flag.String("dir", corpusFolder(), "the folder with the messages; CORPUS names another default")
	only := flag.String("only", "", "judge only files with this text in their names")
	most := flag.Int("reasons", 12, "how many reasons to print of each file")
	flag.Parse()
	os.Exit(run(os.Stdout, &folder{dir: *dir}, *only, *most))
}

// corpusFolder is where the messages are if nobody says otherwise: beside the project.
func corpusFolder() string {
	if dir := os.Getenv("CORPUS"); dir != "" {
		return dir
	}
	return filepath.Join("..", "shared", "corpus")
}

// run judges the files of a folder and returns the exit code.
func run(w io.Writer, f *folder, only string, most int) int {
	judged, missed := 0, 0
	for _, t := range tasks {
		if !strings.Contains(t.file, only) {
			continue
		}
		if !f.has(t.file) {
			fmt.Fprintf(w, "%-30s not in %s\n", t.file, f.dir)
			continue
		}
		score := newTally(t.file, t.target)
		err := t.judge(score, f)
		score.print(w, most)
		judged++
		switch {
		case err != nil:
			fmt.Fprintf(w, "    cannot be judged: %v\n", err)
			missed++
		case score.below():
			missed++
		}
	}
	switch {
	case judged == 0:
		fmt.Fprintf(w, "nothing to judge in %s; CORPUS or -dir names the folder\n", f.dir)
		return exitNothing
	case missed > 0:
		fmt.Fprintf(w, "%d of %d files are below their target\n", missed, judged)
		return exitMissed
	}
	fmt.Fprintf(w, "all %d files reach their target\n", judged)
	return 0
}

// has reports whether a file is there, or one that fits the pattern.
func (f *folder) has(name string) bool {
	if files, err := filepath.Glob(filepath.Join(f.dir, name)); err != nil || len(files) > 0 {
		return true
	}
	_, err := os.Stat(filepath.Join(f.dir, name))
	return !errors.Is(err, fs.ErrNotExist)
}
