package wechat

import (
	"encoding/xml"
	"testing"
)

// BenchmarkSecureClick is one click in secure mode: checked, decrypted, parsed,
// answered, encrypted. The SDK takes 36 to 54 µs for the same.
func BenchmarkSecureClick(b *testing.B) {
	p := newTestPush(b, nil)
	in := secure(b, testToken, testKey, testAppID, clickDoc)
	reply := TextReply{"您的去向登记已通过学院审核，正在等待学校审核。"}
	b.ReportAllocs()
	for b.Loop() {
		_, env, err := p.Open(in.q, in.body)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := p.Seal(env, reply); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenSecure(b *testing.B) {
	p := newTestPush(b, nil)
	in := secure(b, testToken, testKey, testAppID, clickDoc)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.Open(in.q, in.body); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenPlain(b *testing.B) {
	p := newTestPush(b, func(o *PushOptions) { o.Mode = ModePlain })
	in := plainPush(clickDoc)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.Open(in.q, in.body); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOpenForged is what a stranger's request costs.
func BenchmarkOpenForged(b *testing.B) {
	p := newTestPush(b, nil)
	in := secure(b, "other", testKey, testAppID, clickDoc)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := p.Open(in.q, in.body); err == nil {
			b.Fatal("opened")
		}
	}
}

func BenchmarkParse(b *testing.B) {
	b.Run("scan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := parseEvent(clickDoc); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding-xml", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var e struct {
				ToUserName, FromUserName, MsgType, Event, EventKey string
				CreateTime                                         int64
			}
			if err := xml.Unmarshal([]byte(clickDoc), &e); err != nil {
				b.Fatal(err)
			}
		}
	})
}
