package doctor

// Outcome is what came of a step.
type Outcome uint8

// The outcomes of a step.
const (
	Skipped Outcome = iota // not tried, or nothing that could be wrong; Detail says why
	Passed
	Failed // a person must do something; Remedy says what
)

// String returns the word for it: "skipped", "passed" or "failed".
func (o Outcome) String() string {
	return [...]string{"skipped", "passed", "failed"}[min(o, Failed)]
}

// Remedy is what a person can do.
type Remedy struct {
	Key  string // the path of the key to change, such as adapters.house.broker; empty when the file is right
	Text string // a sentence without capital and full stop
}

// Finding is what one step found. It never holds a secret.
type Finding struct {
	Outcome Outcome
	Detail  string // what was tried, and found
	Remedy  Remedy // of what failed
}

// Check is a step with what it found.
type Check struct {
	Group, Step string
	Finding
}

func passed(detail string) Finding { return Finding{Outcome: Passed, Detail: detail} }

func skipped(why string) Finding { return Finding{Outcome: Skipped, Detail: why} }

func failed(detail, key, remedy string) Finding {
	return Finding{Outcome: Failed, Detail: detail, Remedy: Remedy{Key: key, Text: remedy}}
}
