package config

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// Need is a group of settings that a command cannot do without.
type Need int

// The needs of commands. serve has all of them; migrate needs the database
// alone; seed, import, job and operator need the keys, too.
const (
	NeedDatabase Need = iota + 1
	NeedKeys
	NeedWeChat // the account's ID, secret, token and, in secure mode, key
	NeedSite   // a public address
)

// Validate checks every setting by itself and against the others, and that
// those of the given needs are set. The error is an *Error with every problem.
func (c Config) Validate(needs ...Need) error { return errorOf(c.check(needs)) }

// checker collects problems; each method returns whether the setting was good.
type checker struct {
	env      map[string]string // key → name in the environment
	problems []Problem
}

func (k *checker) require(ok bool, key, text string) bool {
	if !ok {
		k.problems = append(k.problems, Problem{Key: key, Env: k.env[key], Text: text})
	}
	return ok
}

func (k *checker) number(key string, v, low, high int) bool {
	return k.require(low <= v && v <= high, key, fmt.Sprintf("应为 %d 到 %d 的整数。", low, high))
}

func (k *checker) span(key string, v, low, high time.Duration) bool {
	return k.require(low <= v && v <= high, key, fmt.Sprintf("应为 %s 到 %s 的时长。", short(low), short(high)))
}

// short writes a duration as an operator would: 5m, not 5m0s.
func short(d time.Duration) string {
	if text, whole := strings.CutSuffix(d.String(), "m0s"); whole {
		return text + "m"
	}
	return d.String()
}

func (k *checker) text(key, v string, limit int) bool {
	ok := utf8.RuneCountInString(v) <= limit && utf8.ValidString(v) && !strings.ContainsFunc(v, isControl)
	return k.require(ok, key, fmt.Sprintf("应为不超过 %d 个字的一行文字。", limit))
}

func (c Config) check(needs []Need) []Problem {
	k := &checker{env: make(map[string]string)}
	for _, s := range Settings() {
		k.env[s.Key] = s.Env
	}
	c.checkSite(k)
	c.checkStorage(k)
	c.checkWeChat(k)
	c.checkCHSI(k)
	c.checkReminder(k)
	c.checkForm(k)
	k.text("verify.address_table", c.Verify.AddressTable, 500)
	k.number("review.small_unit", c.Review.SmallUnit, 0, 1000)
	k.number("review.share_minimum", c.Review.ShareMinimum, 0, 1000)
	k.number("review.share_points", c.Review.SharePoints, 1, 100)
	k.number("desk.rows_per_day", c.Desk.RowsPerDay, 1, 100_000)
	k.number("desk.misses_per_day", c.Desk.MissesPerDay, 1, 10_000)
	k.number("upstream.rate", c.Upstream.Rate, 1, 10000)
	k.text("upstream.folder", c.Upstream.Folder, 500)
	k.number("retention.message_days", c.Retention.MessageDays, 1, 3650)
	k.number("retention.upload_days", c.Retention.UploadDays, 1, 365)
	k.number("retention.unfollowed_days", c.Retention.UnfollowedDays, 0, 3650)
	for _, need := range needs {
		c.checkNeed(k, need)
	}
	return k.problems
}

func (c Config) checkNeed(k *checker, need Need) {
	switch need {
	case NeedDatabase:
		k.require(c.Database != "", "database", "必须设置，例如 sqlite:/var/lib/quxiang/quxiang.db。")
	case NeedKeys:
		k.require(c.Keys.Keyset != "", "keys.keyset", "必须设置密钥，或以 keys.key_file 指定密钥文件。")
		k.require(c.Keys.IndexKeyset != "", "keys.index_keyset", "必须设置索引密钥，或以 keys.key_file 指定密钥文件。")
	case NeedWeChat:
		k.require(c.WeChat.AppID != "", "wechat.app_id", "必须设置公众号的 AppID。")
		k.require(c.WeChat.Secret != "", "wechat.secret", "必须设置公众号的 AppSecret。")
		k.require(c.WeChat.Token != "", "wechat.token", "必须设置消息推送的 Token。")
		k.require(c.WeChat.AESKey != "" || c.WeChat.Mode != ModeSecure, "wechat.aes_key", "安全模式必须设置 EncodingAESKey。")
	case NeedSite:
		k.require(c.PublicURL != "", "public_url", "必须设置对外的网址，例如 https://dj.example.edu.cn。")
	}
}

func (c Config) checkSite(k *checker) {
	const address = "应为「主机:端口」，例如 127.0.0.1:8080，端口为 0 到 65535。"
	k.require(isAddress(c.Listen), "listen", address)
	if c.MetricsListen != "" && k.require(isAddress(c.MetricsListen), "metrics_listen", address) {
		same := c.MetricsListen == c.Listen && !strings.HasSuffix(c.Listen, ":0")
		k.require(!same, "metrics_listen", "不能与 listen 相同，请另选端口。")
	}
	k.require(c.PublicURL == "" || isOrigin(c.PublicURL), "public_url",
		"应为不带路径的 https 网址，例如 https://dj.example.edu.cn；只有本机地址可用 http。")
	for _, p := range c.TrustedProxies {
		if !k.require(p.IsValid() && p.Bits() > 0, "trusted_proxies", "每项应为代理所在的网段，例如 10.0.0.0/8；不能信任所有地址。") {
			break
		}
	}
	for _, origin := range c.FrameAncestors {
		if !k.require(isOrigin(origin), "frame_ancestors", "每项应为不带路径的 https 网址；只有本机地址可用 http。") {
			break
		}
	}
	k.require(c.LogFormat == LogJSON || c.LogFormat == LogText, "log_format", "应为 json 或 text。")
	k.span("shutdown_grace", c.ShutdownGrace, 0, 5*time.Minute)
	k.require(strings.TrimSpace(c.DataDir) != "", "data_dir", "应为存放上传与生成文件的目录。")
}

func (c Config) checkStorage(k *checker) {
	if c.Database != "" {
		_, _, err := c.Database.Split()
		k.require(err == nil, "database", "应为 sqlite:路径 或 mysql:用户:密码@tcp(主机:端口)/库名。")
	}
	const keyset = "应为 Tink 的 JSON 密钥集再经 base64 编码，请整段复制，不要换行。"
	good := k.require(c.Keys.Keyset == "" || isKeyset(c.Keys.Keyset), "keys.keyset", keyset)
	good = k.require(c.Keys.IndexKeyset == "" || isKeyset(c.Keys.IndexKeyset), "keys.index_keyset", keyset) && good
	if good && c.Keys.Keyset != "" {
		k.require(c.Keys.Keyset != c.Keys.IndexKeyset, "keys.index_keyset", "不能与 keys.keyset 相同，请另外生成 PRF 密钥集。")
	}
}

var (
	appIDForm      = regexp.MustCompile(`^wx[0-9A-Za-z]{4,30}$`)
	tokenForm      = regexp.MustCompile(`^[0-9A-Za-z]{3,32}$`)
	aesKeyForm     = regexp.MustCompile(`^[0-9A-Za-z]{43}$`)
	usernameForm   = regexp.MustCompile(`^gh_[0-9A-Za-z]+$`)
	verifyFileForm = regexp.MustCompile(`^[0-9A-Za-z]{1,64}$`)
	attrForm       = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.:-]*$`)
)

// checkWeChat knows the forms that WeChat's console asks for (接入指南).
func (c Config) checkWeChat(k *checker) {
	w := c.WeChat
	k.require(w.AppID == "" || appIDForm.MatchString(w.AppID), "wechat.app_id", "应以 wx 开头，只含字母和数字。")
	k.require(!strings.ContainsFunc(w.Secret.Reveal(), isBlank), "wechat.secret", "不能含空白，请重新复制。")
	const word, key43 = "应为 3 到 32 个字母或数字。", "应为 43 个字母或数字。"
	k.require(w.Token == "" || tokenForm.MatchString(w.Token.Reveal()), "wechat.token", word)
	k.require(w.PreviousToken == "" || tokenForm.MatchString(w.PreviousToken.Reveal()), "wechat.previous_token", word)
	k.require(w.AESKey == "" || aesKeyForm.MatchString(w.AESKey.Reveal()), "wechat.aes_key", key43)
	k.require(w.PreviousAESKey == "" || aesKeyForm.MatchString(w.PreviousAESKey.Reveal()), "wechat.previous_aes_key", key43)
	k.require(w.PreviousToken == "" || w.PreviousToken != w.Token, "wechat.previous_token", "与 wechat.token 相同，更换完成后请删去。")
	k.require(w.PreviousAESKey == "" || w.PreviousAESKey != w.AESKey, "wechat.previous_aes_key", "与 wechat.aes_key 相同，更换完成后请删去。")
	k.require(w.Mode == ModeSecure || w.Mode == ModePlain, "wechat.mode", "应为 secure（安全模式）或 plain（明文模式），不支持兼容模式。")
	for _, f := range w.VerifyFiles {
		k.require(verifyFileForm.MatchString(f), "wechat.verify_files", "应为 MP_verify_ 与 .txt 之间的字母和数字。")
	}
	k.require(w.Username == "" || usernameForm.MatchString(w.Username), "wechat.username", "应为公众号的原始 ID，以 gh_ 开头。")
	const origin = "应为不带路径的 https 网址；只有本机地址可用 http。"
	k.require(isOrigin(w.APIURL), "wechat.api_url", origin)
	k.require(isOrigin(w.OpenURL), "wechat.open_url", origin)
	if k.span("wechat.timeout", w.Timeout, 100*time.Millisecond, time.Minute) {
		k.require(w.Timeout < c.Reminder.Lease, "wechat.timeout", "必须短于 reminder.lease，否则同一条消息可能由两台服务器发出。")
	}
}

func (c Config) checkCHSI(k *checker) {
	const address = "应为 https 网址；只有本机地址可用 http。"
	k.require(isAddressURL(c.CHSI.CASURL), "chsi.cas_url", address)
	k.require(isAddressURL(c.CHSI.AccountURL), "chsi.account_url", address)
	k.require(strings.HasPrefix(c.CHSI.ValidatePath, "/") && !strings.ContainsAny(c.CHSI.ValidatePath, "?# \t\r\n"),
		"chsi.validate_path", "应以 / 开头，例如 /p3/serviceValidate，不带参数。")
	names := []struct{ key, value string }{
		{"chsi.attributes.exam_number", c.CHSI.Attributes.ExamNumber},
		{"chsi.attributes.name", c.CHSI.Attributes.Name},
		{"chsi.attributes.id_number", c.CHSI.Attributes.IDNumber},
		{"chsi.attributes.phone", c.CHSI.Attributes.Phone},
		{"chsi.attributes.email", c.CHSI.Attributes.Email},
	}
	used := make(map[string]string)
	for _, n := range names {
		if n.value == "" || !k.require(attrForm.MatchString(n.value), n.key, "应为 CAS 属性的名称，以文字开头，不含空格。") {
			continue
		}
		k.require(used[n.value] == "", n.key, "与 "+used[n.value]+" 用了同一个属性，每个属性只能对应一项。")
		used[n.value] = n.key
	}
}

func (c Config) checkReminder(k *checker) {
	r := c.Reminder
	good := len(r.LadderDays) > 0 && len(r.LadderDays) <= 30
	for i, days := range r.LadderDays {
		good = good && 0 <= days && days <= 365 && (i == 0 || days < r.LadderDays[i-1])
	}
	k.require(good, "reminder.ladder_days", "应为 1 到 30 个整数，从大到小、不重复，每个 0 到 365。")
	k.require(r.QuietHours.From.valid() && r.QuietHours.Until.valid(), "reminder.quiet_hours", "两个时刻应在 00:00 到 23:59 之间。")
	if k.require(r.LadderHour.valid(), "reminder.ladder_hour", "应为 00:00 到 23:59 的时刻。") {
		k.require(!r.QuietHours.Contains(r.LadderHour), "reminder.ladder_hour", "落在 reminder.quiet_hours 之内，提醒会被推迟，请改其一。")
	}
	k.number("reminder.send_rate", r.SendRate, 1, 1000)
	k.number("reminder.send_concurrency", r.SendConcurrency, 1, 256)
	k.span("reminder.lease", r.Lease, 5*time.Second, 5*time.Minute)
	k.span("reminder.dispatch_every", r.DispatchEvery, 100*time.Millisecond, time.Minute)
}

func (c Config) checkForm(k *checker) {
	if k.require(strings.TrimSpace(c.Form.Issuer) != "", "form.issuer", "必须写明出具登记信息表的单位或系统。") {
		k.text("form.issuer", c.Form.Issuer, 60)
	}
	k.text("form.service_address", c.Form.ServiceAddress, 100)
	k.require(len(c.Form.Notes) <= 8, "form.notes", "最多 8 条。")
	for _, note := range c.Form.Notes {
		if !k.text("form.notes", note, 200) || !k.require(strings.TrimSpace(note) != "", "form.notes", "不能有空白的一条。") {
			break
		}
	}
}

// isKeyset reports whether s looks like a Tink keyset in JSON in base64. Tink
// itself checks the keys when they are loaded.
func isKeyset(s Secret) bool {
	data, err := base64.StdEncoding.DecodeString(s.Reveal())
	if err != nil {
		return false
	}
	var set struct {
		Primary uint32            `json:"primaryKeyId"`
		Keys    []json.RawMessage `json:"key"`
	}
	return json.Unmarshal(data, &set) == nil && set.Primary != 0 && len(set.Keys) > 0
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f }

func isBlank(r rune) bool { return r <= ' ' || r == '\u3000' || r == '\u00a0' }
