package job

import (
	"errors"
	"fmt"
	"time"

	"quxiang/model"
	"quxiang/model/store"
	"quxiang/wechat"
)

const (
	// resendLimit is when the last repetition of a message that may have been
	// sent must have begun, counted from the first try. The store calls it
	// unknown after 8 minutes; a call takes part of the last one.
	resendLimit = 7 * time.Minute
	// firstRetry is the pause before the first repetition; each is as long as
	// the message has been under way.
	firstRetry = 5 * time.Second
	// maxRetry bounds the pause of a message that WeChat refused for certain.
	maxRetry = time.Hour
	// oddTries is how often a message is tried whose refusal nobody understands.
	oddTries = 3
	// accountPause is how long nobody sends while the account itself is refused.
	accountPause = 5 * time.Minute
	// tokenPause is for how long after a token that stays refused: the next is
	// fetched anew.
	tokenPause = 30 * time.Second
	// ratePause is how long nobody sends after too many sends a minute.
	ratePause = 5 * time.Second

	sendPath           = "/cgi-bin/message/template/send"
	codeInvalidOpenID  = 40003
	reasonSilent       = "微信繁忙或没有应答"
	reasonPerhapsSent  = reasonSilent + "，发送结果不明，为避免重复不再发送"
	reasonNotFollowing = "用户未关注公众号，等待关注后发送"
)

// verdict is what follows from an attempt.
type verdict struct {
	settle     store.Settlement
	pause      pause         // for all replicas; zero: none
	slow       time.Duration // nobody sends for this long
	stop       string        // why the kind's template must not be used; "" when it may
	unfollowed bool          // the recipient does not follow
	silent     bool          // WeChat did not answer
}

// judge decides what becomes of m after an attempt that began at, ended at now
// and returned msgID and err (facts of WeChat's return codes, template
// messages). m is as it was claimed: if an earlier attempt may have been sent,
// no refusal of this one makes that certain again.
func judge(m model.Message, msgID int64, err error, at, now time.Time) verdict {
	if err == nil {
		return verdict{settle: store.Settlement{State: model.MessageAccepted, MsgID: msgID}}
	}
	e, ok := errors.AsType[*wechat.Error](err)
	if !ok && wechat.KindOf(err) != wechat.KindTransient {
		return verdict{settle: store.Settlement{State: model.MessageFailed, Reason: "消息无法发送，请查看日志"}}
	}
	// Before the send itself stands the fetch of a token: when that fails,
	// nothing was sent.
	refused := ok && (e.Path != sendPath || e.Kind != wechat.KindTransient)
	if !refused {
		return verdict{settle: repeat(m, at, now), silent: true}
	}
	again := func(until time.Time, why string) store.Settlement {
		return store.Settlement{
			State: model.MessageQueued, Reason: why, RetryAt: until, NotSent: m.FirstAttemptAt.IsZero(),
		}
	}
	hint := e.Hint()
	switch e.Kind {
	case wechat.KindTransient:
		return verdict{settle: again(now.Add(backOff(m)), hint), silent: true}
	case wechat.KindRate:
		return verdict{settle: again(now.Add(backOff(m)), hint), slow: ratePause}
	case wechat.KindQuota:
		midnight := model.DateOf(now).End()
		return verdict{settle: again(midnight, hint), pause: pause{midnight, hint}}
	case wechat.KindStaleToken:
		until := now.Add(tokenPause)
		return verdict{settle: again(until, hint), pause: pause{until, hint}}
	case wechat.KindPermission, wechat.KindConfiguration:
		until := now.Add(accountPause)
		return verdict{settle: again(until, hint), pause: pause{until, hint}}
	case wechat.KindTemplate:
		return verdict{settle: again(now.Add(stoppedPause), "模板已停用："+hint), stop: hint}
	case wechat.KindRecipient:
		return recipient(m, e, again, now)
	}
	if e.Code == wechat.CodeHeldForReview {
		return verdict{settle: store.Settlement{State: model.MessageUnknown, Reason: hint}}
	}
	why := fmt.Sprintf("微信拒绝了消息（错误码 %d）。%s", e.Code, hint)
	if m.Attempts+1 < oddTries {
		return verdict{settle: again(now.Add(backOff(m)), why)}
	}
	return verdict{settle: store.Settlement{State: model.MessageFailed, Reason: why}}
}

// recipient decides about somebody who cannot be reached.
func recipient(m model.Message, e *wechat.Error, again func(time.Time, string) store.Settlement, now time.Time) verdict {
	switch e.Code {
	case wechat.CodeNotFollowing:
		// The message goes back to the queue, and from there it is held with all
		// others of that person, unless a newer follow is known: then it is sent.
		return verdict{settle: again(now.Add(backOff(m)), reasonNotFollowing), unfollowed: true}
	case codeInvalidOpenID:
		return verdict{settle: store.Settlement{State: model.MessageFailed, Reason: e.Hint()}}
	default:
		return verdict{settle: store.Settlement{State: model.MessageBlocked, Reason: e.Hint()}}
	}
}

// repeat is what becomes of a message that may or may not have been sent: it
// is sent again under the same client_msg_id, as long as WeChat is sure to
// know that, each time after twice as long.
func repeat(m model.Message, at, now time.Time) store.Settlement {
	first := m.FirstAttemptAt
	if first.IsZero() {
		first = at
	}
	last := first.Add(resendLimit)
	if !now.Before(last) {
		return store.Settlement{State: model.MessageUnknown, Reason: reasonPerhapsSent}
	}
	next := now.Add(max(firstRetry, now.Sub(first)))
	if next.After(last) {
		next = last
	}
	return store.Settlement{State: model.MessageQueued, Reason: reasonSilent + "，稍后重试", RetryAt: next}
}

// backOff doubles with each attempt, from 15 seconds to maxRetry.
func backOff(m model.Message) time.Duration {
	d := 15 * time.Second << min(max(m.Attempts, 0), 10)
	return min(d, maxRetry)
}
