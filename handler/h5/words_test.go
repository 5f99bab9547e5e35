package h5

import (
	"testing"

	"quxiang/model"
)

// Every kind and state of a message has words: an empty line would be read by
// nobody.
func TestEveryMessageHasWords(t *testing.T) {
	for _, k := range model.MessageKinds() {
		if kindWords[k] == "" {
			t.Errorf("no words for kind %s", k)
		}
	}
	for _, s := range []model.MessageState{
		model.MessageQueued, model.MessageLeased, model.MessageAccepted, model.MessageDelivered, model.MessageHeld,
		model.MessageBlocked, model.MessageFailed, model.MessageUnknown, model.MessageCancelled,
	} {
		if stateWords[s].word == "" {
			t.Errorf("no words for state %s", s)
		}
	}
}
