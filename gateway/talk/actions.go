package talk

import (
	"math"
	"slices"
	"strings"

	"thingbridge/devices"
	"thingbridge/gateway/access"
)

// actions returns what can be asked of a device, in the order in which help
// shows it.
func actions() []action[*Request] {
	return []action[*Request]{
		{name: "status", role: access.View, read: readProperty, run: runStatus},
		{name: "get", role: access.View, read: readProperty, run: runStatus},
		{name: "set", role: access.Control, fits: of(writable), asks: true, changes: true, stages: []stage[*Request]{setForm}, read: readSet, run: runSet},
		{name: "warmer", role: access.Control, fits: of(canWarm), stages: []stage[*Request]{nudgeForm}, read: readNudge, run: runNudge(+1)},
		{name: "cooler", role: access.Control, fits: of(canWarm), stages: []stage[*Request]{nudgeForm}, read: readNudge, run: runNudge(-1)},
		{name: "on", role: access.Control, fits: of(hasSwitch), read: readTurn, run: runTurn(true)},
		{name: "off", role: access.Control, fits: of(hasSwitch), read: readTurn, run: runTurn(false)},
		{name: "brighter", role: access.Control, fits: of(canDim), stages: []stage[*Request]{nudgeForm}, read: readNudge, run: runNudge(+1)},
		{name: "darker", role: access.Control, fits: of(canDim), stages: []stage[*Request]{nudgeForm}, read: readNudge, run: runNudge(-1)},
		{name: "open", role: access.Control, fits: of(canMove(moveOpen)), run: runMove(moveOpen)},
		{name: "close", role: access.Control, fits: of(canMove(moveClose)), run: runMove(moveClose)},
		{name: "stop", role: access.Control, fits: of(canMove(moveStop)), run: runMove(moveStop)},
		{name: "lock", role: access.Control, fits: of(canMove(moveLock)), run: runMove(moveLock)},
		{name: "unlock", role: access.Control, fits: of(canMove(moveUnlock)), run: runMove(moveUnlock)},
		{name: "boost", role: access.Control, fits: of(has("boost")), stages: []stage[*Request]{minutesForm("boost")}, read: readMinutes("boost"), run: runMinutes("boost")},
		{name: "hold", role: access.Control, fits: of(has("hold")), stages: []stage[*Request]{minutesForm("hold")}, read: readMinutes("hold"), run: runMinutes("hold")},
		{name: "why", role: access.View, fits: of(has("reason")), run: runWhy},
		{name: "settings", role: access.Control, fits: of(hasSettings), asks: true, changes: true, stages: []stage[*Request]{settingsForm}, read: readSettings, run: runSet},
		{name: "diagnostics", role: access.View, fits: of(hasRest), run: runDiagnostics},
		{name: "what", role: access.View, run: runWhat},
		{name: "help", role: access.View, read: readAll, run: runHelp},
	}
}

func of(fits func(*devices.Device) bool) func(*Request) bool {
	return func(req *Request) bool { return fits(req.Twin.Device) }
}

func writable(d *devices.Device) bool {
	return slices.ContainsFunc(d.Properties, func(p devices.Property) bool { return p.Writable && p.Category != devices.Setting })
}

func hasSetpoint(d *devices.Device) bool { return setpoint(d) != nil }

func hasSwitch(d *devices.Device) bool {
	p, _ := switchOf(d, true)
	return p != nil
}

func has(property string) func(*devices.Device) bool {
	return func(d *devices.Device) bool {
		_, ok := d.Property(property)
		return ok
	}
}

// property is the field in which a sentence names the property that it is about.
const property = "property"

func readProperty(req *Request, words *language, rest string) (Values, *Plan) {
	if rest == "" {
		return nil, nil
	}
	if words.isAll(rest) {
		return nil, &Plan{Answer: describeAll(req, words), Facts: allFacts(req, words)}
	}
	p, _, ok := findProperty(req.Twin.Device, rest)
	if !ok {
		return nil, refused(words.noProperty(rest, req.Twin.Device))
	}
	return Values{property: {devices.Text(p.Name)}}, nil
}

func runStatus(req *Request, words *language, given Values) Plan {
	if p, ok := req.Twin.Device.Property(given.one(property).String()); ok {
		return Plan{Answer: words.value(&req.Twin, p)}
	}
	return Plan{Answer: describe(req, words), Facts: Facts(&req.Twin, words.lang)}
}

func readSet(req *Request, words *language, rest string) (Values, *Plan) {
	if given := bareOption(req, rest); given != nil {
		return given, nil
	}
	if p, value, ok := findProperty(req.Twin.Device, rest); ok {
		for _, to := range words.to {
			value = strings.TrimPrefix(value, to+" ")
		}
		if value == "" {
			return nil, &Plan{Answer: words.whatValue(p), Choices: words.optionsOf(p)}
		}
		return words.take(p, verbatim(req.Text, p, value))
	}
	for _, to := range words.to {
		rest = strings.TrimPrefix(rest, to+" ")
	}
	p := setpoint(req.Twin.Device)
	if p == nil || rest == "" || rest[0] > '9' {
		return nil, refused(words.noProperty(rest, req.Twin.Device))
	}
	return words.take(p, rest)
}

// runSet asks for each value that was given, in the order of the properties, but for
// codes, which the others may want.
func runSet(req *Request, words *language, given Values) Plan {
	var plan Plan
	for i := range req.Twin.Device.Properties {
		p := &req.Twin.Device.Properties[i]
		value := given.one(p.Name)
		if value.IsZero() {
			continue
		}
		if !p.Writable {
			return *refused(words.cannotSet(p))
		}
		if err := p.Check(value); err != nil {
			return *refused(words.refusal(p, value.String(), err))
		}
		plan.Commands = append(plan.Commands, devices.Command{Device: req.Twin.Device.ID, Property: p.Name, Value: value, By: req.By})
	}
	CodesFirst(req.Twin.Device, plan.Commands)
	if len(plan.Commands) == 0 {
		plan.Answer = words.forms.unchanged
	}
	return plan
}

// by is the field that says how far a nudge goes.
const by = "by"

func readNudge(req *Request, words *language, rest string) (Values, *Plan) {
	p := setpoint(req.Twin.Device)
	if p == nil || rest == "" {
		return nil, nil
	}
	value, err := p.Parse(rest)
	if err != nil {
		return nil, refused(words.refusal(p, rest, err))
	}
	return Values{by: {value}}, nil
}

// runNudge moves the setpoint by as much as was given, or by a degree, and not
// beyond its range: "warmer" at the end of the range is answered, not refused.
func runNudge(sign float64) func(*Request, *language, Values) Plan {
	return func(req *Request, words *language, given Values) Plan {
		p := setpoint(req.Twin.Device)
		if p == nil {
			return *refused(words.noSetpoint)
		}
		if isPosition(p) && given.one(by).IsZero() { // up and down
			return runMove(upOrDown(sign))(req, words, given)
		}
		state, _ := req.Twin.State(p.Name)
		from, ok := state.Desired.Number()
		if !ok {
			from, ok = state.Reported.Number()
		}
		if !ok {
			return *refused(words.notYet(p))
		}
		step, ok := given.one(by).Number()
		if !ok {
			step = degree(p)
		}
		to := from + sign*step
		if p.Bounded() {
			to = min(max(to, p.Min), p.Max)
		}
		if to == from {
			return Plan{Answer: words.atEnd(p, devices.Number(to))}
		}
		return request(req, p, devices.Number(to))
	}
}

// upOrDown is where a cover goes that is told to.
func upOrDown(sign float64) move {
	if sign > 0 {
		return moveOpen
	}
	return moveClose
}

// degree is how far a nudge goes when nothing else is said: a degree, or so much of
// a light's range that one sees it.
func degree(p *devices.Property) float64 {
	const steps = 5 // from dark to bright
	if p.Name == "brightness" && finite(p) {
		return max(math.Round((p.Max-p.Min)/steps), 1, p.Step)
	}
	return max(1, p.Step)
}

// readTurn reads which channel of several is meant: "on left".
func readTurn(req *Request, _ *language, rest string) (Values, *Plan) {
	if p, _, ok := findProperty(req.Twin.Device, rest); ok && p.Writable && p.Type == devices.TypeBoolean {
		return Values{property: {devices.Text(p.Name)}}, nil
	}
	return nil, nil
}

func runTurn(on bool) func(*Request, *language, Values) Plan {
	return func(req *Request, words *language, given Values) Plan {
		if p, ok := req.Twin.Device.Property(given.one(property).String()); ok {
			return request(req, p, devices.Boolean(on))
		}
		p, value := switchOf(req.Twin.Device, on)
		if p == nil {
			return *refused(words.noSwitch)
		}
		return request(req, p, value)
	}
}

// halfAnHour is for how many minutes a thing is done when nothing else is said.
const halfAnHour = "30"

// readMinutes reads how long: "boost 30m", "hold 2h", "boost off".
func readMinutes(name string) func(*Request, *language, string) (Values, *Plan) {
	return func(req *Request, words *language, rest string) (Values, *Plan) {
		p, ok := req.Twin.Device.Property(name)
		if !ok || rest == "" {
			return nil, nil
		}
		if _, off := slices.BinarySearch([]string{"aus", "off", "stop"}, strings.ToLower(rest)); off {
			rest = "0"
		}
		return words.take(p, rest)
	}
}

// runMinutes sets a property that counts minutes.
func runMinutes(name string) func(*Request, *language, Values) Plan {
	return func(req *Request, words *language, given Values) Plan {
		p, ok := req.Twin.Device.Property(name)
		if !ok {
			return *refused(words.noProperty(name, req.Twin.Device))
		}
		if given.one(name).IsZero() {
			var answer *Plan
			if given, answer = words.take(p, halfAnHour); answer != nil {
				return *answer
			}
		}
		return runSet(req, words, given)
	}
}

func runWhy(req *Request, words *language, _ Values) Plan {
	p, ok := req.Twin.Device.Property("reason")
	if !ok {
		return Plan{Answer: words.noReason}
	}
	value := req.Twin.Reported(p.Name)
	if value.IsZero() {
		return Plan{Answer: words.noReason}
	}
	return Plan{Answer: StatusLine(&req.Twin, words.lang) + "\n" + words.reason(value.String())}
}
