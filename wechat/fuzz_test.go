package wechat

import (
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"strings"
	"testing"
)

// refused wants an error of Open to be a refusal, whatever came.
func refused(t *testing.T, err error) {
	t.Helper()
	if _, ok := errors.AsType[*PushError](err); !ok {
		t.Fatalf("%v is no PushError", err)
	}
}

// FuzzDecrypt gives the decryption what somebody with the signing token but
// without the key could send (cipher text of any kind), and what a faulty sender
// with the key could (any plain text, padding and length included). Only a text
// whose framing is right and that is for our account is ever believed.
func FuzzDecrypt(f *testing.F) {
	framed := func(size uint32, doc, appID string, pad int) []byte {
		b := binary.BigEndian.AppendUint32([]byte("0123456789abcdef"), size)
		return append(append(b, doc+appID...), strings.Repeat(string(rune(pad)), pad)...)
	}
	n := uint32(len(clickDoc)) // #nosec G115 -- a constant
	for _, plain := range [][]byte{
		{},
		make([]byte, 16), framed(n, clickDoc, testAppID, 7), framed(n, clickDoc, "wx0", 3), framed(n+1, clickDoc, testAppID, 7),
		framed(1<<31, "", "", 12), framed(1<<32-1, clickDoc, testAppID, 32), framed(0, "", testAppID, 1),
	} {
		f.Add(plain, true)
		f.Add(plain, false)
	}
	p := newTestPush(f, nil)
	key, err := decodeKey(testKey)
	if err != nil {
		f.Fatal(err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte, plain bool) {
		sealed := data
		if plain {
			sealed = make([]byte, (len(data)+aes.BlockSize-1)/aes.BlockSize*aes.BlockSize)
			copy(sealed, data)
			cipher.NewCBCEncrypter(block, key[:aes.BlockSize]).CryptBlocks(sealed, sealed)
		}
		in := secureBody(testToken, base64.StdEncoding.EncodeToString(sealed))
		event, _, err := p.Open(in.q, in.body)
		if err != nil {
			refused(t, err)
			return
		}
		if !plain {
			t.Fatalf("believed %+v, which nobody encrypted", event)
		}
		size := binary.BigEndian.Uint32(data[16:])
		if rest := data[20+size:]; !strings.HasPrefix(string(rest), testAppID) {
			t.Fatalf("believed %+v, which is for %q", event, rest)
		}
	})
}

// FuzzEvent reads any message as plain mode does: what is taken has the fields
// that every message has and a key that tells it from others.
func FuzzEvent(f *testing.F) {
	for _, doc := range []string{
		clickDoc, "<xml></xml>", "<xml>" + strings.Repeat("<A>", 100), "",
		strings.Replace(clickDoc, "</xml>", "<Status><![CDATA[failed: system failed]]></Status><MsgID>3599307433715204104</MsgID></xml>", 1),
		strings.Replace(clickDoc, "</xml>", "<ScanCodeInfo><ScanResult>x</ScanResult></ScanCodeInfo><MenuId>1</MenuId></xml>", 1),
		strings.Replace(clickDoc, "</xml>", "<Content>中</Content><MsgId>99999999999999999999</MsgId></xml>", 1),
	} {
		f.Add(doc)
	}
	f.Fuzz(func(t *testing.T, doc string) {
		e, err := parseEvent(doc)
		if err != nil {
			return
		}
		switch {
		case !isAccountName(e.FromUser) || !isAccountName(e.ToUser) || e.CreateTime.Unix() <= 0 || e.MsgType == "" || e.MsgID < 0 || e.TemplateMsgID < 0:
			t.Fatalf("incomplete event %+v", e)
		case e.MsgType == MsgEvent && e.Event == "":
			t.Fatalf("event without a name %+v", e)
		case len(e.DedupeKey()) != 34 || strings.Contains(e.DedupeKey(), e.FromUser) && len(e.FromUser) > 8:
			t.Fatalf("dedupe key %q", e.DedupeKey())
		}
		again, err := parseEvent(doc)
		if err != nil || again.DedupeKey() != e.DedupeKey() {
			t.Fatal("read differently the second time")
		}
	})
}
