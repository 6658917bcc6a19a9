package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"thingbridge/adapters/serial/codec"
	"thingbridge/adapters/serial/rflink"
	"thingbridge/devices"
)

// textLines reads the lines of a file, without their ends.
func textLines(f *folder, name string) ([]string, error) {
	file, err := f.open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var out []string
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, maxLine)
	for scanner.Scan() {
		if line := strings.TrimSuffix(scanner.Text(), "\r"); line != "" {
			out = append(out, line)
		}
	}
	return out, scanner.Err()
}

// rflinkHouse is a gateway that takes everybody for a device.
func rflinkHouse(known ...rflink.Device) (*rflink.RFLink, error) {
	it, err := rflink.New("corpus", rflink.Config{Patience: 1, Devices: known})
	if err != nil {
		return nil, err
	}
	var r codec.Result
	it.Opened(&r, time.Now())
	return it, nil
}

// judgeRFLinkHeard plays the lines that a gateway writes. Each field of a device has to
// give a value, unless it is one that cannot be, which has to be refused with what was
// got and what was wanted.
func judgeRFLinkHeard(t *tally, f *folder) error {
	all, err := textLines(f, t.file)
	if err != nil {
		return err
	}
	it, err := rflinkHouse()
	if err != nil {
		return err
	}
	source := devices.NewRegistry().Source("corpus", nil)
	for _, line := range all {
		var r codec.Result
		it.Decode(&r, []byte(line), time.Now())
		if err := source.Apply(r.Update); err != nil {
			t.bad("refused by the registry", "%s: %v", line, err)
			continue
		}
		values, commands := rflinkFields(line)
		refused := 0
		for i := range r.Faults {
			text := r.Faults[i].Error()
			switch {
			case r.Faults[i].Err == nil:
			case !strings.Contains(text, "got ") || !strings.Contains(text, "want "):
				t.bad("a fault that does not say what was got and wanted", "%s: %s", line, text)
			case !rflinkImpossible(line):
				t.bad("refused: "+general(text), "%s: %s", line, text)
			default:
				t.note("rightly refused: "+text, "%s", line)
				refused++
			}
		}
		switch said := len(r.Readings) + refused; {
		case commands == 0 && said != values, commands > 0 && said < values+1 && !strings.Contains(line, "CMD=STOP"):
			t.bad("values are missing", "%s: %d of %d", line, said, values+commands)
		case string(it.Explain(nil, []byte(line))) == "":
			t.bad("nothing is said of it", "%s", line)
		default:
			t.ok()
		}
	}
	return nil
}

// rflinkFields counts the values and the commands of a line.
func rflinkFields(line string) (values, commands int) {
	if !strings.Contains(line, ";ID=") {
		return 0, 0
	}
	for _, field := range strings.Split(line, ";") {
		switch word, _, ok := strings.Cut(field, "="); {
		case !ok || word == "ID" || word == "SWITCH" || word == "DEBUG":
		case word == "CMD" || word == "RGBW":
			commands++
		default:
			values++
		}
	}
	return values, commands
}

// rflinkImpossible reports whether a line has a value that no gateway should write: a
// direction that is none of sixteen, a command that there is not.
func rflinkImpossible(line string) bool {
	for _, field := range strings.Split(line, ";") {
		switch word, value, _ := strings.Cut(field, "="); word {
		case "WINDIR":
			if n, err := strconv.Atoi(value); err != nil || n > 15 {
				return true
			}
		case "CMD":
			word, level, dims := strings.Cut(value, "=")
			known := map[string]bool{"ON": true, "OFF": true, "ALLON": true, "ALLOFF": true, "UP": true, "DOWN": true, "STOP": true, "PAIR": true}
			if n, err := strconv.Atoi(level); !known[word] && !(dims && word == "SET_LEVEL" && err == nil && n <= 15) {
				return true
			}
		}
	}
	return false
}

// rflinkExpected are the names under which another program knows values of ours.
var rflinkExpected = map[string]string{
	"temperature": "temperature", "humidity": "humidity", "weather_forecast": "forecast", "humidity_status": "humidity_status", "pressure": "pressure",
	"barometric_pressure": "pressure", "total_rain": "rain", "windspeed": "wind_speed", "winddirection": "wind_direction", "windgusts": "wind_gust",
}

// judgeRFLinkExpected compares what lines mean with what another program makes of them.
func judgeRFLinkExpected(t *tally, f *folder) error {
	all, err := lines[fields](f, t.file)
	if err != nil {
		return err
	}
	for _, want := range all {
		line := want.text("line")
		it, err := rflinkHouse()
		if err != nil {
			return err
		}
		var r codec.Result
		it.Decode(&r, []byte(line), time.Now())
		explained := strings.ToLower(string(it.Explain(nil, []byte(line))))
		wrong := ""
		for key, raw := range want {
			if key == "line" {
				continue
			}
			if got, ok := rflinkSays(&r, explained, key, raw); !ok {
				wrong = fmt.Sprintf("%s is %s, want %s", key, got, raw)
			}
		}
		if wrong != "" {
			t.bad(wrong, "%s", line)
			continue
		}
		t.ok()
	}
	return nil
}

// rflinkSays reports whether what came of a line has an expected value: as a reading, as
// a part of the device, or, of lines that are no device's, in words.
func rflinkSays(r *codec.Result, explained, key string, raw json.RawMessage) (got string, ok bool) {
	var text string
	var number float64
	isNumber := json.Unmarshal(raw, &number) == nil
	if json.Unmarshal(raw, &text) != nil {
		text = string(raw)
	}
	reading := func(name string) (devices.Value, bool) {
		for _, one := range r.Readings {
			if one.Property == name {
				return one.Value, true
			}
		}
		return devices.Value{}, false
	}
	switch key {
	case "battery", "command":
		v, _ := reading(map[string]string{"battery": "battery_low", "command": "on"}[key])
		is, known := v.Boolean()
		words := map[string][2]string{"battery": {"ok", "low"}, "command": {"off", "on"}}[key]
		return v.String(), known && (text == words[0] && !is || text == words[1] && is)
	case "temperature_unit":
		for _, d := range r.Announced {
			if p, ok := d.Property("temperature"); ok {
				return p.Unit, p.Unit == text
			}
		}
		return "nothing", false
	case "ok", "ping", "response":
		words := map[string]string{"true": "has sent it", "false": "does not know the command", "pong": "is there", "command unknown": "does not know the command"}
		return explained, words[text] != "" && strings.Contains(explained, words[text])
	}
	if name, known := rflinkExpected[key]; known {
		v, _ := reading(name)
		n, _ := v.Number()
		return v.String(), isNumber && math.Abs(n-number) < 1e-9 || !isNumber && v.String() == text
	}
	return explained, strings.Contains(explained, strings.ToLower(text))
}

// judgeRFLinkSent has the house send each line that a gateway understands. Lines that
// ask the gateway itself have to be explained.
func judgeRFLinkSent(t *tally, f *folder) error {
	all, err := textLines(f, t.file)
	if err != nil {
		return err
	}
	for _, line := range all {
		parts := strings.Split(strings.Trim(line, ";"), ";")
		if strings.HasPrefix(line, "11;") || len(parts) < 3 {
			it, err := rflinkHouse()
			if err != nil {
				return err
			}
			if text := string(it.Explain(nil, []byte(line))); strings.HasPrefix(text, "not understood") || strings.Contains(text, "gateway: set ") {
				t.bad("not explained", "%s: %s", line, text)
				continue
			}
			t.ok()
			continue
		}
		got, err := rflinkSend(parts)
		switch {
		case err != nil:
			t.bad(err.Error(), "%s", line)
		case !strings.EqualFold(got, line):
			t.bad("another line is sent", "%s, want %s", got, line)
		default:
			t.ok()
		}
	}
	return nil
}

// rflinkSend describes a device as an installer would, gives it the command of a line,
// and returns the line that is sent.
func rflinkSend(parts []string) (string, error) {
	d := rflink.Device{Key: parts[1] + " " + parts[2], ID: "it"}
	cmd := devices.Command{Device: "it", Property: "on"}
	word := parts[len(parts)-1]
	if len(parts) > 4 {
		d.Switch = parts[3]
	}
	switch {
	case len(parts) == 3:
		d.Kind, cmd.Property, cmd.Value = "chime", "chime", devices.Number(1)
	case word == "UP" || word == "DOWN" || word == "STOP":
		d.Kind, cmd.Property = "cover", "command"
		cmd.Value = devices.Text(map[string]string{"UP": "open", "DOWN": "close", "STOP": "stop"}[word])
	case word == "PAIR":
		d.Kind, cmd.Property, cmd.Value = "cover", "pair", devices.Boolean(true)
	case word == "BRIGHT" || word == "COLOR":
		d.Kind = "light"
	case strings.Trim(word, "0123456789") == "":
		level, _ := strconv.Atoi(word)
		d.Kind, d.Dims, cmd.Property, cmd.Value = "light", true, "brightness", devices.Number(float64(level)*100/15)
	case word == "ON" || word == "OFF":
		d.Kind, cmd.Value = "light", devices.Boolean(word == "ON")
	default:
		return "", fmt.Errorf("no command for %s", word)
	}
	it, err := rflinkHouse(d)
	if err != nil {
		return "", err
	}
	var r codec.Result
	now := time.Now()
	if len(parts) == 6 { // colour and brightness
		n, err := strconv.ParseUint(parts[4], 16, 16)
		if err != nil {
			return "", err
		}
		if word == "BRIGHT" {
			cmd.Property, cmd.Value = "brightness", devices.Number(float64(n&255)*100/255)
		}
		it.Decode(&r, fmt.Appendf(nil, "20;01;%s;ID=%s;SWITCH=%s;RGBW=%s;CMD=OFF;", parts[1], parts[2], parts[3], parts[4]), now)
		if word == "COLOR" {
			for _, reading := range r.Readings {
				if reading.Property == "color" {
					cmd.Property, cmd.Value = "color", reading.Value
				}
			}
		}
		r.Reset()
	}
	if err := it.Encode(&r, cmd, 1, now); err != nil {
		return "", err
	}
	for range 3 { // one line is under way at a time
		it.Decode(&r, []byte("20;01;OK;"), now)
	}
	if len(r.Done) != 1 || r.Done[0].Err != nil {
		return "", fmt.Errorf("the command is not done: %v", r.Done)
	}
	return strings.TrimSpace(string(r.Send[len(r.Send)-1].Bytes)), nil
}
