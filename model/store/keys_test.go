package store_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"quxiang/model/store"
)

func newKeys(t testing.TB) *store.Keys {
	t.Helper()
	k, err := store.NewKeys()
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestKeysExportAndParse(t *testing.T) {
	k := newKeys(t)
	cipher, index, err := k.Export()
	if err != nil {
		t.Fatal(err)
	}
	again, err := store.ParseKeys(cipher, index+"\n")
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := k.Seal("t", "c", "u", []byte("值"))
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := again.Unseal("t", "c", "u", sealed); err != nil || string(plain) != "值" {
		t.Errorf("unsealed %q, %v", plain, err)
	}
	a, _ := k.IndexOf("w", "v")
	if b, err := again.IndexOf("w", "v"); err != nil || a != b || len(a) != 64 {
		t.Errorf("index %q and %q, %v", a, b, err)
	}
	for name, pair := range map[string][2]string{
		"swapped": {index, cipher}, "empty": {"", ""}, "no base64": {"***", index}, "no keyset": {"e30=", index}, "cut": {cipher[:len(cipher)/2], index},
	} {
		_, err := store.ParseKeys(pair[0], pair[1])
		if err == nil {
			t.Errorf("%s: accepted", name)
		} else if len(cipher) > 40 && strings.Contains(err.Error(), cipher[20:40]) {
			t.Errorf("%s: the error quotes the key", name)
		}
	}
}

func TestSealedValueStaysInItsPlace(t *testing.T) {
	k := newKeys(t)
	sealed, err := k.Seal("graduates", "phone", "u1", []byte("13900000000"))
	if err != nil {
		t.Fatal(err)
	}
	for _, place := range [][3]string{{"graduates", "phone", "u2"}, {"graduates", "email", "u1"}, {"contacts", "phone", "u1"}} {
		if plain, err := k.Unseal(place[0], place[1], place[2], sealed); err == nil {
			t.Errorf("opened as %v: %q", place, plain)
		}
	}
	if plain, err := newKeys(t).Unseal("graduates", "phone", "u1", sealed); err == nil {
		t.Errorf("opened by other keys: %q", plain)
	}
	if again, _ := k.Seal("graduates", "phone", "u1", []byte("13900000000")); bytes.Equal(again, sealed) {
		t.Error("equal values are equal at rest")
	}
	if nothing, err := k.Seal("t", "c", "u", nil); err != nil || nothing != nil {
		t.Errorf("nothing sealed to %v, %v", nothing, err)
	}
}

func TestIndexNormalises(t *testing.T) {
	k := newKeys(t)
	want, err := k.IndexOf("id_number", "11010519491231002X")
	if err != nil {
		t.Fatal(err)
	}
	for value, same := range map[string]bool{" 11010519491231002x ": true, "110105194912310021": false} {
		if got, _ := k.IndexOf("id_number", value); (got == want) != same {
			t.Errorf("%q: same is %v", value, got == want)
		}
	}
	if other, _ := k.IndexOf("chsi_user", "11010519491231002X"); other == want {
		t.Error("columns share their index")
	}
	if none, err := k.IndexOf("id_number", " "); none != "" || err != nil {
		t.Errorf("nothing is indexed as %q, %v", none, err)
	}
}

func TestKeysDoNotPrint(t *testing.T) {
	k := newKeys(t)
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		if got := fmt.Sprintf(format, k); got != "<secret>" {
			t.Errorf("%s prints %d bytes", format, len(got))
		}
	}
}
