package job

import "fmt"

// purgeSpec is when little else happens.
const purgeSpec = "30 3 * * *"

// verifiedSpec: whoever stands at a counter hears of it while there.
const verifiedSpec = "*/3 * * * *"

// ScheduleOptions are the parts that the program's jobs run.
type ScheduleOptions struct {
	LadderMinute int // minutes since midnight, Asia/Shanghai, at which the ladder is worked each day
	Ladder       *Ladder
	Dispatcher   *Dispatcher
	Importer     *Importer
	Purge        *Purge
	Verified     *Verified
	More         []Job // run before those that always run
}

// Schedule is the program's list of jobs, in the order in which those of one
// instant run: what is put into the outbox before what empties it.
func Schedule(o ScheduleOptions) []Job {
	jobs := []Job{
		{
			Name: "ladder", Spec: fmt.Sprintf("%d %d * * *", o.LadderMinute%60, o.LadderMinute/60),
			Run: o.Ladder.Run, Forced: o.Ladder.Forced,
		},
		{Name: "purge", Spec: purgeSpec, Run: o.Purge.Run},
		{Name: "verified", Spec: verifiedSpec, Walked: true, Run: o.Verified.Run},
	}
	return append(append(jobs, o.More...),
		Job{Name: "import", Spec: Always, Run: o.Importer.RunAll},
		Job{Name: "dispatch", Spec: Always, Run: o.Dispatcher.RunAll, Forced: o.Dispatcher.Forced, Next: o.Dispatcher.Next},
	)
}
