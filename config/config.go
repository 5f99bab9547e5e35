// Package config holds the settings of quxiang. The comments on the fields of
// Config and its sections are the manual: docs/config.md is generated from
// them. A setting comes from its default, then the YAML file, then the
// environment; the later one wins. Only cmd imports this package: every other
// package has Options of its own.
package config

import (
	"log/slog"
	"net/netip"
	"time"
)

//go:generate go run ./gendoc -out ../docs/config.md

// Config is everything an operator can set. Its zero value is not usable:
// start from Default and call Validate, or use Load, which does both.
type Config struct {
	// Listen is the address, HOST:PORT, on which pages, the API and WeChat's
	// callback are served. Put a reverse proxy with TLS before it.
	Listen string `yaml:"listen" env:"QUXIANG_LISTEN"`

	// PublicURL is the origin under which people reach Listen, for example
	// https://dj.example.edu.cn, without a path. Links in messages, menus and
	// QR codes start with it, and its host must be the one registered with
	// WeChat as the web authorisation domain. http is accepted only for a
	// loopback host. When it is empty and Listen is a loopback address, it is
	// http:// and that address.
	PublicURL string `yaml:"public_url" env:"QUXIANG_PUBLIC_URL"`

	// TrustedProxies lists the networks, in CIDR form, whose X-Forwarded-For
	// is believed. Leave it empty when no proxy stands before the program:
	// otherwise anybody chooses the address that the rate limits count.
	TrustedProxies []netip.Prefix `yaml:"trusted_proxies" env:"QUXIANG_TRUSTED_PROXIES"`

	// MetricsListen is the address, HOST:PORT, of the Prometheus metrics.
	// They carry no personal data but belong on an inner network. Empty
	// turns them off.
	MetricsListen string `yaml:"metrics_listen" env:"QUXIANG_METRICS_LISTEN"`

	// DataDir is the folder for uploaded rosters, generated files and the
	// encrypted proof material of graduates. It is relative to the working
	// directory unless it starts with a slash. Replicas share it; it belongs
	// to the backup, and never below what a web server serves.
	DataDir string `yaml:"data_dir" env:"QUXIANG_DATA_DIR"`

	// LogLevel is the least severe level that is logged: debug, info, warn
	// or error.
	LogLevel slog.Level `yaml:"log_level" env:"QUXIANG_LOG_LEVEL"`

	// LogFormat is json, one object a line, or text.
	LogFormat string `yaml:"log_format" env:"QUXIANG_LOG_FORMAT"`

	// FrameAncestors lists the origins that may show our pages inside a
	// frame. Empty forbids framing; only the phone page of the sandbox needs
	// it.
	FrameAncestors []string `yaml:"frame_ancestors" env:"QUXIANG_FRAME_ANCESTORS"`

	// ShutdownGrace is how long requests and jobs in progress may go on after
	// the program was told to stop, up to 5m.
	ShutdownGrace time.Duration `yaml:"shutdown_grace" env:"QUXIANG_SHUTDOWN_GRACE"`

	// Database says where the records are: sqlite:PATH for one server, or
	// mysql:USER:PASSWORD@tcp(HOST:PORT)/NAME for MySQL 8 and MariaDB from
	// 10.6. The password is never printed.
	Database DatabaseURL `yaml:"database" env:"QUXIANG_DATABASE"`

	Keys      Keys      `yaml:"keys"`
	WeChat    WeChat    `yaml:"wechat"`
	CHSI      CHSI      `yaml:"chsi"`
	Reminder  Reminder  `yaml:"reminder"`
	Form      Form      `yaml:"form"`
	Verify    Verify    `yaml:"verify"`
	Review    Review    `yaml:"review"`
	Desk      Desk      `yaml:"desk"`
	Upstream  Upstream  `yaml:"upstream"`
	Retention Retention `yaml:"retention"`
}

// Keys protect ID numbers, phones and e-mails at rest. Give both keysets, or
// one key file. Whoever loses them loses those fields; whoever has them and
// the database reads those fields: keep them apart from its backups.
type Keys struct {
	// Keyset encrypts: a Tink AEAD keyset in JSON, in base64.
	Keyset Secret `yaml:"keyset" env:"QUXIANG_KEYSET"`

	// IndexKeyset makes the values by which encrypted fields are found: a
	// Tink PRF keyset in JSON, in base64. It cannot be rotated without
	// writing every record again.
	IndexKeyset Secret `yaml:"index_keyset" env:"QUXIANG_INDEX_KEYSET"`

	// KeyFile is a YAML file with the two keys keyset and index_keyset, used
	// instead of the settings above. Others than its owner and group must not
	// be able to read it.
	KeyFile string `yaml:"key_file" env:"QUXIANG_KEY_FILE"`
}

// WeChat is the official account: a verified service account, since web
// authorisation and template messages need one. The values stand in its
// console under 设置与开发 → 开发接口管理.
type WeChat struct {
	// AppID is the account's AppID, which starts with wx.
	AppID string `yaml:"app_id" env:"QUXIANG_WECHAT_APP_ID"`

	// Secret is the account's AppSecret.
	Secret Secret `yaml:"secret" env:"QUXIANG_WECHAT_SECRET"`

	// Token is the word agreed with WeChat that signs its pushes: 3 to 32
	// letters and digits.
	Token Secret `yaml:"token" env:"QUXIANG_WECHAT_TOKEN"`

	// PreviousToken is accepted beside Token while the token is changed.
	PreviousToken Secret `yaml:"previous_token" env:"QUXIANG_WECHAT_PREVIOUS_TOKEN"`

	// AESKey is the EncodingAESKey of 43 letters and digits that encrypts
	// pushes in secure mode.
	AESKey Secret `yaml:"aes_key" env:"QUXIANG_WECHAT_AES_KEY"`

	// PreviousAESKey is accepted beside AESKey while the key is changed.
	PreviousAESKey Secret `yaml:"previous_aes_key" env:"QUXIANG_WECHAT_PREVIOUS_AES_KEY"`

	// Mode is how WeChat sends pushes: secure (安全模式) or plain (明文模式).
	// A push in another mode is refused, so choose here what the console
	// says. 兼容模式 is not supported.
	Mode string `yaml:"mode" env:"QUXIANG_WECHAT_MODE"`

	// Name is the account's name as followers read it. Whoever empties the menu
	// at /admin/menu must type it; while it is empty, username or app_id.
	Name string `yaml:"name" env:"QUXIANG_WECHAT_NAME"`

	// Username is the account's original ID, which starts with gh_. When it
	// is given, pushes for another account are refused.
	Username string `yaml:"username" env:"QUXIANG_WECHAT_USERNAME"`

	// VerifyFiles lists the files by which WeChat checks that the domain is ours,
	// each by the part of its name between MP_verify_ and .txt, which is also
	// its content. They are served at the root of public_url.
	VerifyFiles []string `yaml:"verify_files" env:"QUXIANG_WECHAT_VERIFY_FILES"`

	// APIURL is the origin of WeChat's API. Another one is for a forward
	// proxy or the simulator.
	APIURL string `yaml:"api_url" env:"QUXIANG_WECHAT_API_URL"`

	// OpenURL is the origin of WeChat's web authorisation pages.
	OpenURL string `yaml:"open_url" env:"QUXIANG_WECHAT_OPEN_URL"`

	// Timeout bounds one call to WeChat. It must be shorter than
	// reminder.lease, so that no message is sent by two replicas.
	Timeout time.Duration `yaml:"timeout" env:"QUXIANG_WECHAT_TIMEOUT"`
}

// CHSI is the login with a CHSI (学信网) account, which is a CAS server.
type CHSI struct {
	// CASURL is the address of the CAS server, with its path.
	CASURL string `yaml:"cas_url" env:"QUXIANG_CHSI_CAS_URL"`

	// ValidatePath is the path under CASURL at which tickets are validated:
	// /p3/serviceValidate for CAS 3 (with attributes), /serviceValidate for
	// CAS 2.
	ValidatePath string `yaml:"validate_path" env:"QUXIANG_CHSI_VALIDATE_PATH"`

	Attributes Attributes `yaml:"attributes"`

	// AccountURL is the page on which graduates change the phone and the
	// e-mail of their CHSI account.
	AccountURL string `yaml:"account_url" env:"QUXIANG_CHSI_ACCOUNT_URL"`
}

// Attributes maps our fields to the names of CAS attributes, as agreed with
// CHSI. An empty name means that CHSI does not give that field. Without
// exam_number and without id_number a graduate proves himself once by
// 考生号, name and the last six characters of the ID number.
type Attributes struct {
	// ExamNumber is the attribute that holds 考生号.
	ExamNumber string `yaml:"exam_number" env:"QUXIANG_CHSI_ATTRIBUTES_EXAM_NUMBER"`

	// Name is the attribute that holds the graduate's name.
	Name string `yaml:"name" env:"QUXIANG_CHSI_ATTRIBUTES_NAME"`

	// IDNumber is the attribute that holds the number of the identity
	// document.
	IDNumber string `yaml:"id_number" env:"QUXIANG_CHSI_ATTRIBUTES_ID_NUMBER"`

	// Phone is the attribute that holds the mobile phone; each login
	// refreshes ours from it.
	Phone string `yaml:"phone" env:"QUXIANG_CHSI_ATTRIBUTES_PHONE"`

	// Email is the attribute that holds the e-mail; each login refreshes ours
	// from it.
	Email string `yaml:"email" env:"QUXIANG_CHSI_ATTRIBUTES_EMAIL"`
}

// Reminder is when and how fast template messages are sent.
type Reminder struct {
	// QuietHours is the span, HH:MM-HH:MM in Asia/Shanghai, in which no
	// message is sent, or off. On the last day before a deadline it does not
	// hold.
	QuietHours QuietHours `yaml:"quiet_hours" env:"QUXIANG_REMINDER_QUIET_HOURS"`

	// LadderDays are the numbers of days before the deadline at which those
	// who still owe something are reminded, from the largest to the smallest;
	// 0 is the day itself.
	LadderDays []int `yaml:"ladder_days" env:"QUXIANG_REMINDER_LADDER_DAYS"`

	// LadderHour is the time of day, HH:MM in Asia/Shanghai, at which a day
	// of the ladder is worked. It must not lie in the quiet hours.
	LadderHour Clock `yaml:"ladder_hour" env:"QUXIANG_REMINDER_LADDER_HOUR"`

	// SendRate is how many messages all replicas together send a second, 1 to
	// 1000. WeChat publishes no limit and answers "system busy" to bursts.
	SendRate int `yaml:"send_rate" env:"QUXIANG_REMINDER_SEND_RATE"`

	// SendConcurrency is how many messages one replica has under way at once,
	// 1 to 256.
	SendConcurrency int `yaml:"send_concurrency" env:"QUXIANG_REMINDER_SEND_CONCURRENCY"`

	// Lease is how long a replica may keep messages that it took for sending,
	// 5s to 5m. After a crash they wait that long; WeChat forgets a repeated
	// message after ten minutes, so it must be well below that.
	Lease time.Duration `yaml:"lease" env:"QUXIANG_REMINDER_LEASE"`

	// DispatchEvery is the pause between two looks for messages that are due,
	// 100ms to 1m.
	DispatchEvery time.Duration `yaml:"dispatch_every" env:"QUXIANG_REMINDER_DISPATCH_EVERY"`
}

// Form is what stands on the sheets that graduates show to departments.
type Form struct {
	// Issuer is the name of the body that issues the sheet, up to 60
	// characters.
	Issuer string `yaml:"issuer" env:"QUXIANG_FORM_ISSUER"`

	// ServiceAddress is the address of the verification page as printed on
	// the sheet, up to 100 characters. Empty means the host of public_url.
	ServiceAddress string `yaml:"service_address" env:"QUXIANG_FORM_SERVICE_ADDRESS"`

	// Sample marks every sheet 演示样张. The sandbox sets it.
	Sample bool `yaml:"sample" env:"QUXIANG_FORM_SAMPLE"`

	// Notes replaces the notes at the foot of the sheet, one text each, at
	// most eight of 200 characters; in the environment they are parted by |.
	// Empty means the guide's four notes.
	Notes []string `yaml:"notes" env:"QUXIANG_FORM_NOTES" envSeparator:"|"`
}

// Verify is what graduates read about those who verified their sheets.
type Verify struct {
	// AddressTable is a CSV file of rows network,place, for example
	// 10.1.0.0/16,北京市海淀区, in UTF-8: graduates then read the place from
	// which somebody verified, beside the masked network. The smallest network
	// that holds an address counts. The program reads the file when it starts
	// and does not start with one that has a wrong row. Empty names no places.
	AddressTable string `yaml:"address_table" env:"QUXIANG_VERIFY_ADDRESS_TABLE"`
}

// Review is what stands out to reviewers. Nothing of it forbids an approval.
type Review struct {
	// SmallUnit is from how many graduates of one school and cohort on a small
	// unit stands out: one whose 单位性质 is 个体工商户 or 其他企业, or not known.
	// 0 turns it off.
	SmallUnit int `yaml:"small_unit" env:"QUXIANG_REVIEW_SMALL_UNIT"`

	// ShareMinimum is how many approved destinations a class or college must
	// have before its share of 其他录用形式就业, 自主创业 or 自由职业 is compared
	// with the school's. 0 turns it off.
	ShareMinimum int `yaml:"share_minimum" env:"QUXIANG_REVIEW_SHARE_MINIMUM"`

	// SharePoints is by how many percentage points such a share must be above
	// the school's to stand out.
	SharePoints int `yaml:"share_points" env:"QUXIANG_REVIEW_SHARE_POINTS"`
}

// Desk is how much each account of a department (role desk) may check in a day
// of Asia/Shanghai, over all replicas.
type Desk struct {
	// RowsPerDay is how many rows an account may check, 1 to 100000: one for
	// each name and number. An account can be given a number of its own.
	RowsPerDay int `yaml:"rows_per_day" env:"QUXIANG_DESK_ROWS_PER_DAY"`

	// MissesPerDay is after how many numbers that match nothing an account
	// pauses until the next day, 1 to 10000: a stolen account must not try out
	// names and numbers. A sheet whose columns are mixed up has up to 500 of
	// them.
	MissesPerDay int `yaml:"misses_per_day" env:"QUXIANG_DESK_MISSES_PER_DAY"`
}

// Upstream is how destinations come in from the platforms on which graduates
// register (91job, provincial platforms). Their keys are data, made by
// quxiang upstream key add.
type Upstream struct {
	// Folder is watched for sheets that a platform, or a person, puts there:
	// below it one folder for each school, named by its five digits. It is
	// relative to the working directory unless it starts with a slash, and
	// replicas share it. Empty watches nothing.
	Folder string `yaml:"folder" env:"QUXIANG_UPSTREAM_FOLDER"`

	// Rate is how many requests each key, of a platform or of a department, may
	// make to the API in a minute, 1 to 10000, over all replicas. A request
	// carries up to 500 destinations or checks.
	Rate int `yaml:"rate" env:"QUXIANG_UPSTREAM_RATE"`
}

// Retention is how many days things are kept that nobody needs for ever. A
// daily job deletes what is older.
type Retention struct {
	// MessageDays is how long sent and failed messages are kept, 1 to 3650.
	MessageDays int `yaml:"message_days" env:"QUXIANG_RETENTION_MESSAGE_DAYS"`

	// UploadDays is how long uploaded sheets, the sheets made from them and,
	// encrypted, what an import replaced are kept, 1 to 365: so long an import
	// can be undone. The sheets hold ID numbers in the clear.
	UploadDays int `yaml:"upload_days" env:"QUXIANG_RETENTION_UPLOAD_DAYS"`

	// UnfollowedDays is how long somebody who unfollowed the account stays
	// bound to it, 0 to 3650: following again within it goes on where it was.
	// 0 keeps the binding.
	UnfollowedDays int `yaml:"unfollowed_days" env:"QUXIANG_RETENTION_UNFOLLOWED_DAYS"`
}

// Default returns the settings that hold when nothing is set. Database, Keys,
// PublicURL and the WeChat account have none.
func Default() Config {
	return Config{
		Listen:        "127.0.0.1:8080",
		DataDir:       "data",
		LogLevel:      slog.LevelInfo,
		LogFormat:     LogJSON,
		ShutdownGrace: 15 * time.Second,
		WeChat: WeChat{
			Mode:    ModeSecure,
			APIURL:  "https://api.weixin.qq.com",
			OpenURL: "https://open.weixin.qq.com",
			Timeout: 5 * time.Second,
		},
		CHSI: CHSI{
			CASURL:       "https://account.chsi.com.cn/passport",
			ValidatePath: "/p3/serviceValidate",
			AccountURL:   "https://account.chsi.com.cn/",
		},
		Reminder: Reminder{
			QuietHours:      QuietHours{From: 22 * 60, Until: 8 * 60},
			LadderDays:      []int{30, 14, 7, 3, 1, 0},
			LadderHour:      10 * 60,
			SendRate:        50,
			SendConcurrency: 8,
			Lease:           20 * time.Second,
			DispatchEvery:   time.Second,
		},
		Form: Form{Issuer: "毕业去向登记系统"},
		Review: Review{
			SmallUnit:    10,
			ShareMinimum: 20,
			SharePoints:  20,
		},
		Desk:     Desk{RowsPerDay: 5000, MissesPerDay: 500},
		Upstream: Upstream{Rate: 60},
		Retention: Retention{
			MessageDays: 180,
			UploadDays:  30,

			UnfollowedDays: 180,
		},
	}
}

// The values of WeChat.Mode and of Config.LogFormat.
const (
	ModeSecure = "secure" // 安全模式
	ModePlain  = "plain"  // 明文模式
	LogJSON    = "json"
	LogText    = "text"
)
