package wechattest

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Options configures a Server. The zero value works: an account made of random
// values, secure mode, the real clock, and no callback yet.
type Options struct {
	// AppID, Secret, Token, EncodingAESKey and Username are the account's; each
	// that is empty is made from random bytes.
	AppID, Secret, Token, EncodingAESKey, Username string
	// Name is the account's name, the title of the chat. Default: 毕业生去向登记.
	Name string
	// Mode is how pushes travel: "secure" (the default), "plain", or "compatible",
	// which carries a message both ways.
	Mode string
	// Callback is the address that pushes go to; SetCallback may give it later.
	// Until then nothing is pushed.
	Callback string
	// OAuthHosts are the hosts allowed in redirect_uri, as the account's
	// 网页授权域名: with a port to fix it, without to allow any. Empty allows any
	// loopback host.
	OAuthHosts []string
	// Now is the one clock of tokens, codes, quotas and pushes. Default: time.Now.
	Now func() time.Time
	// Advance moves that clock; it returns when what falls due on the way is done.
	// Without it POST /sim/clock answers 501.
	Advance func(ctx context.Context, to time.Time) error
	// Logger takes one line for each push that failed and each request that the
	// simulator does not model. Default: discarded.
	Logger *slog.Logger
	// MaxTries is how often one push is delivered in all; the documents can be read
	// as three or as four. Default: 3.
	MaxTries int
	// PushTimeout is how long the callback may take, in real time. Default: 5 s.
	PushTimeout time.Duration
	// ReceiptDelay is how late a receipt of mode "late" is, in real time. Default: 3 s.
	ReceiptDelay time.Duration
	// DailySends is the template messages that a day allows. Default: 100,000.
	DailySends int
	// DuplicateCode is the errcode that answers a client_msg_id seen within ten
	// minutes. 0, the default, answers ok with the first msgid; nothing is
	// delivered again either way.
	DuplicateCode int
}

// Modes of Options.Mode.
const (
	modeSecure     = "secure"
	modePlain      = "plain"
	modeCompatible = "compatible"
)

// maxPushTries is the most that "three times" can be read as: one and three more.
const maxPushTries = 4

// Server is the simulator: an http.Handler for all three hosts at once.
// Its methods may be called from any goroutine.
type Server struct {
	account    Account
	key        []byte
	name       string
	mode       string
	oauthHosts []string
	now        func() time.Time
	advance    func(ctx context.Context, to time.Time) error
	log        *slog.Logger
	client     *http.Client
	endpoints  map[string]endpoint
	pages      *http.ServeMux

	ctx    context.Context // ends with Close; the workers' own
	cancel context.CancelFunc
	wg     sync.WaitGroup

	// mu guards everything below. It is never held over a request to the callback.
	mu       sync.Mutex
	callback string
	set      settings
	phones   phoneBook
	access   tokenBook
	web      webBook
	codes    codeBook
	menu     *publishedMenu
	menuIDs  int64 // how many menus there ever were
	own      templateBook
	tags     tagBook
	qrs      qrBook
	media    mediaBook
	sends    sendBook
	quota    quotaBook
	inbox    inboxBook
	calls    callRing
	faults   map[string]*Fault
	receipts ReceiptMode
	outbound pushQueue
}

// New returns a Server. It panics when o.EncodingAESKey is no key or o.Mode no
// mode: both are mistakes of the caller, not of a user.
func New(o Options) *Server {
	s := &Server{
		account: newAccount(o), name: o.Name, mode: o.Mode, oauthHosts: o.OAuthHosts, now: o.Now, advance: o.Advance,
		log: o.Logger, callback: o.Callback, faults: map[string]*Fault{}, receipts: ReceiptSuccess,
		set: settings{
			Tries: o.MaxTries, TimeoutMS: o.PushTimeout.Milliseconds(), ReceiptDelayMS: o.ReceiptDelay.Milliseconds(),
			Duplicate: o.DuplicateCode, MinuteErrcode: 45011,
		},
	}
	key, err := s.account.aesKey()
	if err != nil {
		panic(err)
	}
	s.key = key
	s.setDefaults()
	if s.mode != modeSecure && s.mode != modePlain && s.mode != modeCompatible {
		panic("wechattest: Mode must be secure, plain or compatible")
	}
	s.client = &http.Client{
		// A callback that redirects has not answered: the platform follows nothing.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{MaxIdleConnsPerHost: maxPushWorkers, IdleConnTimeout: time.Minute},
	}
	s.ctx, s.cancel = context.WithCancel(context.Background())
	s.phones = newPhoneBook()
	s.access = newTokenBook()
	s.web = newWebBook()
	s.own = newTemplateBook()
	s.tags = newTagBook()
	s.qrs = newQRBook()
	s.media = newMediaBook()
	s.codes = newCodeBook()
	s.sends = newSendBook()
	s.quota = newQuotaBook(o.DailySends)
	s.inbox = newInboxBook()
	s.endpoints = s.newEndpoints()
	s.pages = s.newPages()
	return s
}

func (s *Server) setDefaults() {
	if s.name == "" {
		s.name = "毕业生去向登记"
	}
	if s.mode == "" {
		s.mode = modeSecure
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if s.set.Tries <= 0 {
		s.set.Tries = 3
	}
	if s.set.TimeoutMS <= 0 {
		s.set.TimeoutMS = 5000
	}
	if s.set.ReceiptDelayMS <= 0 {
		s.set.ReceiptDelayMS = 3000
	}
}

// Account returns the account that clients of this simulator must use.
func (s *Server) Account() Account { return s.account }

// Mode returns how pushes travel: "secure", "plain" or "compatible".
func (s *Server) Mode() string { return s.mode }

// SetCallback sets the address that pushes go to from now on; "" stops them.
func (s *Server) SetCallback(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callback = url
}

// Close ends the pushes under way and waits for the goroutines that made them.
func (s *Server) Close() {
	s.mu.Lock()
	s.outbound.closed = true
	s.mu.Unlock()
	s.cancel()
	s.wg.Wait()
	s.client.CloseIdleConnections()
}

// ServeHTTP serves the API's own paths, /connect/oauth2/authorize, /sim/… and /phone.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isPage(r.URL.Path) {
		s.pages.ServeHTTP(w, r)
		return
	}
	s.serveAPI(w, r)
}
