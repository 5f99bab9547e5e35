package store_test

import (
	"bytes"
	"crypto/rand"
	"testing"
	"time"

	"quxiang/model"
	"quxiang/model/form"
	"quxiang/model/store"
	"quxiang/model/store/storetest"
)

func TestFormKeys(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx, by := t.Context(), model.BySystem("test")
		if _, err := s.FormSigningKey(ctx); err == nil {
			t.Fatal("a key before there is one")
		}
		for range 2 {
			if err := s.EnsureFormKey(ctx, rand.Reader, june); err != nil {
				t.Fatal(err)
			}
		}
		first := signingKey(t, s)
		ring := formRing(t, s)
		if len(ring) != 1 || ring[0].ID() != first.ID() || !bytes.Equal(ring[0].Public, first.Public()) || !ring[0].NotBefore.Equal(june) {
			t.Fatalf("ring %+v", ring)
		}

		later := june.Add(24 * time.Hour)
		id, err := s.RotateFormKey(ctx, rand.Reader, by, later)
		if err != nil || id == first.ID() || signingKey(t, s).ID() != id {
			t.Fatalf("rotated to %s, %v", id, err)
		}
		ring = formRing(t, s)
		if len(ring) != 2 || ring[0].ID() != id || !ring[1].RetiredAt.Equal(later) || !ring[1].RevokedAt.IsZero() {
			t.Fatalf("ring %+v", ring)
		}

		// A retired key that is revoked leaves the present one alone; revoking
		// that one puts another in its place.
		if err := s.RevokeFormKey(ctx, first.ID(), rand.Reader, by, later); err != nil || signingKey(t, s).ID() != id {
			t.Fatalf("revoke the retired one: %v", err)
		}
		if err := s.RevokeFormKey(ctx, first.ID(), rand.Reader, by, later); model.CodeOf(err) != model.CodeConflict {
			t.Errorf("revoked twice: %v", err)
		}
		if err := s.RevokeFormKey(ctx, form.KeyID{}, rand.Reader, by, later); model.CodeOf(err) != model.CodeNotFound {
			t.Errorf("revoke nothing: %v", err)
		}
		if err := s.RevokeFormKey(ctx, id, rand.Reader, by, later); err != nil || signingKey(t, s).ID() == id {
			t.Fatalf("revoke the present one: %v", err)
		}
		if ring = formRing(t, s); len(ring) != 3 || !ring[0].RevokedAt.IsZero() {
			t.Errorf("ring %+v", ring)
		}
	})
}

func signingKey(t *testing.T, s *store.Store) form.SigningKey {
	t.Helper()
	k, err := s.FormSigningKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func formRing(t *testing.T, s *store.Store) form.Ring {
	t.Helper()
	r, err := s.FormRing(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}
