package web

import "quxiang/model"

// The areas: each has a folder of templates, and its pages share a frame.
const (
	AreaH5     = "h5"     // the graduate's pages
	AreaVerify = "verify" // 在线核验, open to everybody
	AreaAdmin  = "admin"  // operators
)

// Page is what a page template gets as its dot.
type Page struct {
	Title     string         // heading of the page and first part of the window's title
	Area      string         // AreaH5, AreaVerify or AreaAdmin; "" takes it from the template's name
	Care      bool           // 关怀模式: larger type and touch targets
	Contact   *model.Contact // whom to ask; nil names the office in general
	Banner    []Banner       // messages above the content, most important first
	RequestID string         // names the request in our logs
	Next      string         // path of this page, to come back to
	Gzip      bool           // the client takes gzip: see AcceptsGzip
	Data      any            // what the page itself is about
	Nav       []NavItem      // operators: the left column
	Operator  string         // operators: who is logged in; "" for nobody
	Scripts   []string       // files of src that the page loads; it works without them
}

// NavItem is one line of the operators' left column.
type NavItem struct {
	Text    string
	Href    string
	Count   int  // what waits there; 0 shows no number
	Current bool // the page that is open
}

// BannerKind says how a banner is drawn and read out.
type BannerKind string

// The kinds of banner.
const (
	BannerInfo  BannerKind = "info"
	BannerOK    BannerKind = "ok"
	BannerWarn  BannerKind = "warn"
	BannerError BannerKind = "error"
)

// Chinese is the word that screen readers say before the text, since they do
// not see the colour.
func (k BannerKind) Chinese() string {
	switch k {
	case BannerOK:
		return "成功"
	case BannerWarn:
		return "请注意"
	case BannerError:
		return "错误"
	case BannerInfo:
	}
	return "提示"
}

// Banner is a message above a page's content.
type Banner struct {
	Kind BannerKind
	Text string
	Link *Link // where to act on it, if anywhere
}
