// Package job does what no request waits for: it reminds before the deadline
// (Ladder), sends the messages of the outbox (Dispatcher), works uploaded
// rosters (Importer), clears away what has ended (Purge), and runs all of that
// when it is due (Runner).
//
// Business time is the injected clock; leases and the rate of sending follow
// the machine's, because a message does not travel faster when a sandbox moves
// its calendar. Any number of replicas may run the same jobs on one database:
// a due instant is claimed by one of them, and so is each message and task.
// Every piece of work is idempotent, so that one which a crash cut off is
// simply done again.
package job
