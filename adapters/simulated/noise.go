package simulated

import (
	"math"
	"time"
)

// noise makes chance repeatable: what it returns depends on the seed, the topic
// and the point alone, and not on what was asked before. So the weather of a day
// is the same however large the steps are in which the house reaches it.
type noise struct{ seed uint64 }

// topic keeps two uses of the noise from resembling each other.
type topic uint64

const (
	fronts topic = iota + 1
	gusts
	clouds
	dampness
	habits
	airing
	cooking
	installation
)

// at returns a number in [0, 1) for a point.
func (n noise) at(t topic, point int64) float64 {
	// SplitMix64: every bit of the input changes half of the output.
	x := n.seed + uint64(t)*0x9e3779b97f4a7c15 + uint64(point)*0xd1b54a32d192ed03
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	x ^= x >> 31
	return float64(x>>11) / (1 << 53)
}

// smooth returns a number in [-1, 1] that wanders without jumps; period is about
// the time from one turn to the next.
func (n noise) smooth(t topic, at time.Time, period time.Duration) float64 {
	seconds := int64(period / time.Second)
	point, rest := at.Unix()/seconds, at.Unix()%seconds
	if rest < 0 { // before 1970
		point, rest = point-1, rest+seconds
	}
	share := (float64(rest) + float64(at.Nanosecond())/1e9) / float64(seconds)
	share = (1 - math.Cos(math.Pi*share)) / 2
	return 2*(n.at(t, point)*(1-share)+n.at(t, point+1)*share) - 1
}
