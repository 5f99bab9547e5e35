// Package wechattest is a simulator of the WeChat official-account platform: of
// api.weixin.qq.com, open.weixin.qq.com and mp.weixin.qq.com, with a phone to
// hold in one's hand at /phone. It serves tests and the sandbox alike.
//
// It is written from the platform's documents alone and shares no code with the
// client in package wechat, so that each checks the other's reading of them.
//
// It is loud: a path it does not model is answered 404, a method, parameter or
// field it does not model with an errcode that names it; both are logged and
// kept in /sim/calls. Nothing is answered with a polite ok that a real account
// would have refused.
//
// Three things differ from the real platform on purpose: a phone sees a newly
// published menu at once (WeChat's cache keeps the old one for five minutes), an
// account whose callback does not answer is tried again without a pause, and a
// duplicate client_msg_id is answered as Options.DuplicateCode says, because no
// document tells what WeChat answers.
package wechattest
