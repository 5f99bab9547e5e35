// Package wechat speaks the words of the WeChat official-account platform: it
// calls the platform's API ([Client]) and reads and answers what the platform
// pushes ([Push]).
//
// It is a leaf: it knows nothing of graduates, the database or HTTP routing.
//
// # Calling
//
// Every API call goes through one method on an instance HTTP client. That
// method adds the access token, bounds the time, replays a call once when
// WeChat says that the token is stale, and turns every failure into an [Error]
// with a [Kind] to act on. An Error never contains the secret, a token, an
// OAuth code or an address that holds one. The SDK silenceper/wechat supplies
// the message cryptography, the signature and the error body; its calls are not
// used because they share one process-wide client without a time-out, take no
// context in part, and put secrets into error texts.
//
// The access token comes from stable_token only: replicas that ask at the same
// time get the same token, so losing the shared [TokenCache] costs a few more
// calls and never invalidates another replica's token.
//
// # Being called
//
// [Push] checks signature, time window, mode, appid and account before anything
// of a message is believed. Whether messages are encrypted is configuration: a
// request cannot choose, so a captured plain signature is worth nothing in
// secure mode.
//
// The pages meant by "WeChat" in the comments are those of the developer
// documentation at https://developers.weixin.qq.com/doc/offiaccount/.
package wechat
