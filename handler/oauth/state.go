package oauth

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"time"
)

// state is what an OAuth state, or the state in a CAS service address, says of
// itself: which browser it was made for, when, and whether a login that failed
// was already started anew for it. The rest of a flow is in the store.
//
// As text it is [a-zA-Z0-9] as WeChat wants (≤128): a letter, the seconds in 8
// hex digits, 26 random characters, and 40 hex digits of an HMAC. The key is
// the hash of the browser's secret cookie, so that a forged state, or one that
// was made for somebody else, is refused without asking the store.
type state struct {
	again bool
	at    time.Time
}

const (
	stateOnce  = "a"
	stateAgain = "b"

	stateHead   = 1 + 8 + 26
	stateMAC    = 40
	stateLength = stateHead + stateMAC
)

// mintState makes the text of a state for a login ("wechat" or "chsi").
func mintState(login, browser string, s state) string {
	mark := stateOnce
	if s.again {
		mark = stateAgain
	}
	head := fmt.Sprintf("%s%08x%s", mark, uint32(s.at.Unix()), rand.Text()) // #nosec G115 -- good until 2106
	return head + sealState(login, browser, head)
}

// readState reads the text of a state; ok is false when this browser was not
// given it for this login.
func readState(login, browser, text string) (s state, ok bool) {
	if len(text) != stateLength {
		return state{}, false
	}
	head, seal := text[:stateHead], text[stateHead:]
	if !hmac.Equal([]byte(seal), []byte(sealState(login, browser, head))) {
		return state{}, false
	}
	seconds, err := strconv.ParseUint(head[1:9], 16, 32)
	if err != nil {
		return state{}, false
	}
	return state{again: head[:1] == stateAgain, at: time.Unix(int64(seconds), 0)}, true // #nosec G115 -- 32 bits
}

func sealState(login, browser, head string) string {
	mac := hmac.New(sha256.New, []byte(browser))
	mac.Write([]byte(login + "\x00" + head))
	return hex.EncodeToString(mac.Sum(nil))[:stateMAC]
}
