package wechattest

import (
	"encoding/base64"
	"strings"
	"testing"

	"github.com/silenceper/wechat/v2/util"
)

func TestSignatureVector(t *testing.T) {
	// The vector of the platform's page on message pushes.
	if got := signature("AAAAA", "1714037059", "486452656"); got != "899cf89e464efb63f54ddac96b0a0a235f53aa78" {
		t.Errorf("signature = %s", got)
	}
}

func TestCryptAgainstSDK(t *testing.T) {
	account := newAccount(Options{})
	key, err := account.aesKey()
	if err != nil {
		t.Fatal(err)
	}
	for _, size := range []int{0, 1, 11, 12, 31, 32, 33, 1000} {
		message := strings.Repeat("文", size)
		sealed, err := encrypt(key, account.AppID, message)
		if err != nil {
			t.Fatal(err)
		}
		_, opened, err := util.DecryptMsg(account.AppID, sealed, account.EncodingAESKey)
		if err != nil || string(opened) != message {
			t.Errorf("size %d: the SDK cannot open it: %v", size, err)
		}
		theirs, err := util.EncryptMsg(randomBytes(16), []byte(message), account.AppID, account.EncodingAESKey)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := decrypt(key, account.AppID, string(theirs)); err != nil || got != message {
			t.Errorf("size %d: cannot open the SDK's: %v", size, err)
		}
	}
}

func TestDecryptRefuses(t *testing.T) {
	account := newAccount(Options{})
	key, _ := account.aesKey()
	foreign, _ := encrypt(key, "wxsomebodyelse", "hello")
	otherKey, _ := encrypt(randomBytes(32), account.AppID, "hello")
	for name, sealed := range map[string]string{
		"not base64":    "***",
		"empty":         "",
		"odd length":    base64.StdEncoding.EncodeToString(make([]byte, 33)),
		"another appid": foreign,
		"another key":   otherKey,
	} {
		if got, err := decrypt(key, account.AppID, sealed); err == nil {
			t.Errorf("%s: opened as %q", name, got)
		}
	}
}

func FuzzDecrypt(f *testing.F) {
	account := newAccount(Options{})
	key, _ := account.aesKey()
	sealed, _ := encrypt(key, account.AppID, "<xml></xml>")
	f.Add(sealed)
	f.Add("")
	f.Fuzz(func(t *testing.T, sealed string) {
		// A ciphertext that nobody sealed with the key must never be taken.
		if opened, err := decrypt(key, account.AppID, sealed); err == nil && opened != "<xml></xml>" {
			t.Errorf("opened %q", opened)
		}
	})
}

func TestAccountIsMadeWhole(t *testing.T) {
	a, b := newAccount(Options{}), newAccount(Options{})
	if a == b || a.Secret == b.Secret {
		t.Error("two accounts are alike")
	}
	if len(a.EncodingAESKey) != 43 || !strings.HasPrefix(a.AppID, "wx") || !strings.HasPrefix(a.Username, "gh_") {
		t.Errorf("account is malformed: appid %q, username %q", a.AppID, a.Username)
	}
	given := newAccount(Options{AppID: "wx1", Secret: "s", Token: "t", EncodingAESKey: a.EncodingAESKey, Username: "gh_1"})
	if given != (Account{"wx1", "s", "t", a.EncodingAESKey, "gh_1"}) {
		t.Errorf("given values were changed: %q %q", given.AppID, given.Username)
	}
	for _, o := range []Options{{EncodingAESKey: "short"}, {Mode: "open"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%+v was taken", o)
				}
			}()
			New(o)
		}()
	}
}
