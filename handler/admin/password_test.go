package admin_test

import (
	"strings"
	"testing"

	"quxiang/handler/admin"
	"quxiang/model"
)

func TestHashPassword(t *testing.T) {
	hash, err := admin.HashPassword(password)
	must(t, err)
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	again, err := admin.HashPassword(password)
	must(t, err)
	if again == hash {
		t.Error("no salt")
	}
	for pw, want := range map[string]bool{password: true, password + " ": false, "": false} {
		if ok, err := admin.VerifyPassword(hash, pw); err != nil || ok != want {
			t.Errorf("VerifyPassword(%q) = %v, %v", pw, ok, err)
		}
	}
	if _, err := admin.HashPassword(""); err == nil {
		t.Error("an empty password has a hash")
	}
}

func TestVerifyPasswordKnownAnswer(t *testing.T) {
	// Made with the argon2 command: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
	const hash = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	if ok, err := admin.VerifyPassword(hash, "password"); err != nil || !ok {
		t.Errorf("%v, %v", ok, err)
	}
}

func TestBadHashes(t *testing.T) {
	good := admin.HashWith(cheap, password)
	for what, hash := range map[string]string{
		"empty": "", "bcrypt": "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy",
		"argon2i": strings.Replace(good, "argon2id", "argon2i", 1), "version": strings.Replace(good, "v=19", "v=16", 1),
		"no time": strings.Replace(good, "t=1", "t=0", 1), "a terabyte": strings.Replace(good, "m=8", "m=999999999", 1),
		"short key": good[:len(good)-8], "words": strings.Replace(good, "m=8", "m=x", 1),
	} {
		ok, err := admin.VerifyPassword(hash, password)
		if err == nil || ok {
			t.Errorf("%s: %v, %v", what, ok, err)
		}
		if hash != "" && err != nil && strings.Contains(err.Error(), hash) {
			t.Errorf("%s: the error repeats the hash", what)
		}
	}
}

func TestCheckPassword(t *testing.T) {
	for _, tc := range []struct {
		password string
		ok       bool
	}{
		{"", false},
		{"kurz", false},
		{"123456789", false},
		{"1234567890", true},
		{"一二三四五六七八九十", true},
		{"aaaaaaaaaaaa", false},
		{"my-WangLi-2027", false},
		{strings.Repeat("ab", 64), true},
		{strings.Repeat("ab", 65), false},
	} {
		err := admin.CheckPassword("wangli", tc.password)
		if (err == nil) != tc.ok || err != nil && model.CodeOf(err) != model.CodeInvalid {
			t.Errorf("%q: %v", tc.password, err)
		}
	}
}

func FuzzVerifyPassword(f *testing.F) {
	f.Add(admin.HashWith(cheap, password))
	f.Add("$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAA$")
	f.Fuzz(func(t *testing.T, hash string) {
		if strings.Contains(hash, "m=") && !strings.Contains(hash, "m=8,t=1,p=1") {
			t.Skip() // large costs are slow, not wrong
		}
		if ok, _ := admin.VerifyPassword(hash, "not the password of any hash"); ok {
			t.Errorf("%q matches", hash)
		}
	})
}
