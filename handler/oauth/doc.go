// Package oauth logs graduates in: by WeChat (web OAuth), by CHSI (CAS), and
// by the few pages that lie between the two (guide §1).
//
// A session grows while its holder proves more. It knows an openid, a CHSI
// account, or both; and, when the login is finished, which record it is about.
// Handler.onward looks at what a session knows and names the page that is
// missing, so that each page below ends by asking it:
//
//	          menu 去向登记                        dj.… in any browser
//	                │                                      │
//	         /wechat/oauth ◄─ inside WeChat ── guard ── elsewhere ─► /chsi/login
//	                │                                                    ▲   │
//	   WeChat ► /wechat/oauth/callback                                   │   │ CHSI
//	                │                                                    │   ▼
//	 snapshot ──────┤ a page, never a session                  /chsi/callback
//	                │                                                │
//	                ▼                                                ▼
//	┌──────── what does the session know? ◄──────────────────────────┘
//	│
//	├─ no CHSI account, or no consent yet ─► /h5/bind ── consent ─► /chsi/login
//	├─ no record linked to the account
//	│     CHSI said who it is, nobody found ─► /cannot-login
//	│     CHSI gave a user name only ────────► /h5/prove ─┐
//	├─ another WeChat is bound ──────────────► /h5/move ──┤
//	├─ several records ──────────────────────► /h5/choose ┤
//	│                                                     │
//	└─ nothing missing ──► next ◄─────────────────────────┘
//
// Both logins share one way to come back (flow.go). A state belongs to the
// browser that began the login, is claimed once, and its claimant asks WeChat
// or CHSI once. Callbacks come twice, and people press back and reload: a later
// callback waits for what the first one found and gets a session of its own;
// when that session has ended the login starts anew, quietly and once.
//
// Nothing that CHSI says about a person is kept or compared before the person
// has consented (PIPL §13, §29): without consent /chsi/callback learns who the
// account is and leads to /h5/bind, whose button goes through CHSI again, which
// has its own session by then and asks for nothing.
package oauth
