package doctor

import (
	"context"
	"sync"
	"time"
)

// Step is one thing to try.
type Step struct {
	Name string
	// Try tries it, and returns soon after ctx has ended.
	Try func(ctx context.Context) Finding
	// Free says that the step makes sense although one before it has failed.
	Free bool
}

// Group is what is tried of one link, broker or file, in this order.
type Group struct {
	Name  string
	Steps []Step
	// End gives back what the steps have opened, whether they failed or not; nil
	// for nothing.
	End func()
}

// Run tries all groups at the same time, gives each step that long, and calls
// show for each check in the order of groups and steps, from one goroutine, as
// soon as it is its turn. It returns how many steps failed.
//
// A step behind one that failed is skipped, unless it is free; so is every step
// that has not begun when ctx ends.
func Run(ctx context.Context, groups []Group, patience time.Duration, show func(Check)) (failures int) {
	var all sync.WaitGroup
	defer all.Wait()
	reports := make([]chan Check, len(groups))
	for i, g := range groups {
		reports[i] = make(chan Check, len(g.Steps)) // a group never waits to be shown
		all.Go(func() {
			defer close(reports[i])
			g.run(ctx, patience, reports[i])
		})
	}
	for _, report := range reports {
		for check := range report {
			if check.Outcome == Failed {
				failures++
			}
			show(check)
		}
	}
	return failures
}

func (g Group) run(ctx context.Context, patience time.Duration, report chan<- Check) {
	if g.End != nil {
		defer g.End()
	}
	broken := false
	for _, step := range g.Steps {
		check := Check{Group: g.Name, Step: step.Name, Finding: skipped("not tried")}
		if ctx.Err() == nil && (step.Free || !broken) {
			check.Finding = step.within(ctx, patience)
		}
		broken = broken || check.Outcome == Failed
		report <- check
	}
}

func (s Step) within(ctx context.Context, patience time.Duration) Finding {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.Try(ctx)
}
