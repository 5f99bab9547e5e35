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
// Four things differ from the real platform on purpose: a phone sees a newly
// published menu at once (WeChat's cache keeps the old one for five minutes), an
// account whose callback does not answer is tried again without a pause, a
// duplicate client_msg_id is answered as the setting says, because no document
// tells what WeChat answers, and names of fields count letter by letter although
// WeChat drops those that it does not know.
//
// Where the documents leave a case open, the answer is the one that is harder for
// a client: a batch of tags is taken whole or not at all, tags need followers, and
// the name of a tag has thirty bytes rather than thirty characters.
package wechattest
