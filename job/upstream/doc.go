// Package upstream takes in what platforms upstream (91job, a provincial
// platform) tell about destinations.
//
// There is one way in, the Receiver, and it asks of what comes only that it is a
// Delivery. Two kinds are real: a post to the API, which handler/api has found to
// be signed and well-formed, and a sheet that lies in the watched Folder. Each
// delivery is claimed under a lease, so that of any number of replicas one works
// it; each is idempotent, so that what a crash cut off is simply done again; and
// its answer is kept, so that whoever asks twice is told the same.
//
// What may be taken in and what is a conflict for an operator is
// model.ReceiveUpstream's decision, for both.
package upstream
