package web

import (
	"net/http/httptest"
	"testing"

	"github.com/gin-gonic/gin"
)

func TestAddress(t *testing.T) {
	for _, tc := range []struct{ remote, forwarded, want string }{
		{"192.0.2.1:4711", "", "192.0.2.1"},
		{"192.0.2.1:4711", "203.0.113.9", "192.0.2.1"},               // nobody is trusted
		{"198.51.100.1:80", "203.0.113.9", "203.0.113.9"},            // the proxy
		{"198.51.100.1:80", "1.2.3.4, 203.0.113.9", "203.0.113.9"},   // what the client itself wrote is not believed
		{"[::ffff:192.0.2.1]:80", "", "192.0.2.1"},                   // one address in two writings
		{"[2001:db8:0:1::7]:80", "", "2001:db8:0:1::/64"},            // one customer
		{"[2001:db8:0:1:ffff::1]:80", "", "2001:db8:0:1::/64"},       // the same
		{"[2001:db8:0:2::7]:80", "2001:db8::1", "2001:db8:0:2::/64"}, // another
		{"198.51.100.1:80", "2001:db8:5::1", "2001:db8:5::/64"},      // through the proxy
		{"198.51.100.1:80", "not an address", "198.51.100.1"},        // rubbish from the proxy
	} {
		c, r := gin.CreateTestContext(httptest.NewRecorder())
		if err := r.SetTrustedProxies([]string{"198.51.100.0/24"}); err != nil {
			t.Fatal(err)
		}
		c.Request = httptest.NewRequest("GET", "/", nil)
		c.Request.RemoteAddr = tc.remote
		if tc.forwarded != "" {
			c.Request.Header.Set("X-Forwarded-For", tc.forwarded)
		}
		if got := Address(c); got != tc.want {
			t.Errorf("%s, forwarded %q: %s, want %s", tc.remote, tc.forwarded, got, tc.want)
		}
	}
}
