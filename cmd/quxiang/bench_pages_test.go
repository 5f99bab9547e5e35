package main

import (
	"cmp"
	"context"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"quxiang/model/demo"
)

const (
	pageLimit = 40 << 10
	// pagesShown are the lines of the table that pages take.
	pagesShown = 3
	// maxPages bounds a walk, should pages link without end.
	maxPages = 60
)

// weighed is a page and what it costs with empty caches.
type weighed struct {
	path  string
	bytes int64
}

var (
	partTag       = regexp.MustCompile(`<(?:link rel="stylesheet"|link rel="icon"|script|img)[^>]*? (?:href|src)="([^"]+)"`)
	linkTag       = regexp.MustCompile(`<a [^>]*?href="([^"]+)"`)
	numbersInPath = regexp.MustCompile(`/\d+`)
	// formFile is the form itself, a document that its page shows.
	formFile = regexp.MustCompile(`^/h5/forms/\d+/form\.`)
)

// benchPages weighs every page that graduates in different states can reach by
// links, with all that it loads.
func benchPages(ctx context.Context, b *testing.B, t *benchTable, phone *benchPhone) {
	b.Helper()
	heaviest := map[string]int64{} // by path, numbers in it left out
	note := func(pages ...weighed) {
		for _, s := range pages {
			path, _, _ := strings.Cut(numbersInPath.ReplaceAllString(s.path, "/…"), "?")
			heaviest[path] = max(heaviest[path], s.bytes)
		}
	}
	from := []string{"/h5/home", "/", "/h5/binding", "/h5/basics?show=1"}
	note(phone.walk(ctx, from...)...) // whoever is logged in
	for _, state := range []demo.State{demo.StateNew, demo.StateReturned, demo.StateApproved} {
		phone.forget()
		asks := phone.follow(ctx)
		consent, _, ok := phone.weigh(ctx, asks.at.RequestURI())
		if !ok {
			b.Fatalf("%s cannot be weighed", asks.at.Path)
		}
		note(consent)
		phone.bind(ctx, asks, userIn(state))
		note(phone.walk(ctx, from...)...)
	}
	var all []weighed
	for path, bytes := range heaviest {
		all = append(all, weighed{path, bytes})
	}
	slices.SortFunc(all, func(x, y weighed) int { return cmp.Or(cmp.Compare(y.bytes, x.bytes), strings.Compare(x.path, y.path)) })
	if len(all) < 10 {
		b.Fatalf("only %d pages could be reached: %v", len(all), all)
	}
	for _, s := range all[:pagesShown] {
		t.size("page "+s.path+" with its CSS, on the wire", s.bytes, pageLimit, 1<<10, "KB")
	}
}

// walk weighs the pages at the given paths and those that they lead to. Pages
// of logins and operators, and other hosts, are left out.
func (p *benchPhone) walk(ctx context.Context, from ...string) []weighed {
	p.b.Helper()
	var pages []weighed
	seen := map[string]bool{}
	for queue := from; len(queue) > 0 && len(pages) < maxPages; queue = queue[1:] {
		path := queue[0]
		if seen[path] || !walkable(path) {
			continue
		}
		seen[path] = true
		if page, text, ok := p.weigh(ctx, path); ok {
			pages = append(pages, page)
			queue = append(queue, addressesIn(linkTag, text)...)
		}
	}
	return pages
}

// weigh fetches a page and all that it loads, but for the picture of a form; ok
// is false for what is no page, like a redirect.
func (p *benchPhone) weigh(ctx context.Context, path string) (page weighed, text string, ok bool) {
	p.b.Helper()
	status, bytes := p.wireSize(ctx, p.app+path)
	if status != http.StatusOK {
		return weighed{}, "", false
	}
	text = p.get(ctx, p.app+path).text
	for _, part := range addressesIn(partTag, text) {
		if formFile.MatchString(part) {
			continue
		}
		_, more := p.wireSize(ctx, p.app+part)
		bytes += more
	}
	return weighed{path, bytes}, text, true
}

func walkable(path string) bool {
	u, err := url.Parse(path)
	if err != nil || u.Host != "" || !strings.HasPrefix(path, "/") {
		return false
	}
	for _, prefix := range []string{"/admin", "/care", "/wechat", "/chsi"} {
		if strings.HasPrefix(u.Path, prefix) {
			return false
		}
	}
	return true
}

// addressesIn are the addresses that a tag names in a page, each once.
func addressesIn(tag *regexp.Regexp, text string) []string {
	var addresses []string
	for _, m := range tag.FindAllStringSubmatch(text, -1) {
		if a := html.UnescapeString(m[1]); !slices.Contains(addresses, a) {
			addresses = append(addresses, a)
		}
	}
	return addresses
}
