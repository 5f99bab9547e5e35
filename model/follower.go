package model

import "time"

// Follower (关注者) is an openid that follows, or followed, the account.
type Follower struct {
	OpenID      string
	Subscribed  bool
	LastEventAt time.Time // CreateTime of the newest follow or unfollow
	Scene       string    // scene of the QR code by which it followed
}

// Follow applies a follow or unfollow that WeChat made at a time. An event
// older than the newest known one changes nothing: pushes are retried and may
// come out of order. On unfollowing what was kept about the user goes.
func (f Follower) Follow(subscribed bool, scene string, at time.Time) (Follower, bool) {
	if at.Before(f.LastEventAt) || (at.Equal(f.LastEventAt) && f.Subscribed == subscribed) {
		return f, false
	}
	f.Subscribed, f.LastEventAt = subscribed, at
	f.Scene = ""
	if subscribed {
		f.Scene = scene
	}
	return f, true
}
