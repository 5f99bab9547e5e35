package model

import "time"

// GuessWindow is how long a wrong try to verify is held against its address
// and its number after the last one.
const GuessWindow = time.Hour

// Bounds of Guesses.Wait.
const (
	freeGuesses    = 10 // wrong tries that cost an address nothing
	guessStep      = time.Second
	guessMaxWait   = time.Minute
	crowdedNumber  = 20     // wrong tries at one number, from anywhere, that slow its next ones down
	busyEverywhere = 10_000 // wrong tries in an hour, at all numbers
	floodedFrom    = 50_000
)

// Guesses are the wrong tries to verify that are remembered when somebody tries
// again: names and numbers that did not match.
type Guesses struct {
	Address    int       // from the address that asks
	Last       time.Time // the last one from there
	Number     int       // at the number asked for, from everywhere
	Everywhere int       // at all numbers within about an hour
}

// Wait is how long the address still has to wait at now. An address without
// wrong tries never waits, however many others make: whoever attacks can slow
// down those who mistype, and nobody else. The wait runs from the address's own
// last wrong try, so that others cannot make it longer by going on.
//
// By address, ten are free, then each costs a second more than the one before,
// up to a minute. A number at which many are wrong costs an address that was
// wrong before the same, without free ones. When wrong tries come from
// everywhere, free ones shrink to three and then to one, and waits grow up to
// two and then ten minutes.
func (g Guesses) Wait(now time.Time) time.Duration {
	if g.Address == 0 {
		return 0
	}
	free, step, most := freeGuesses, guessStep, guessMaxWait
	switch {
	case g.Everywhere >= floodedFrom:
		free, step, most = 1, 10*guessStep, 10*guessMaxWait
	case g.Everywhere >= busyEverywhere:
		free, step, most = 3, 2*guessStep, 2*guessMaxWait
	}
	wait := max(
		time.Duration(g.Address-free+1)*step,
		time.Duration(g.Number-crowdedNumber+1)*step,
	)
	return max(g.Last.Add(min(wait, most)).Sub(now), 0)
}
