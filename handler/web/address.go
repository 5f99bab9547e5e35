package web

import (
	"net/netip"

	"github.com/gin-gonic/gin"
)

// Address is whose tries count together: the client's IPv4 address, or the
// IPv6 network of 64 bits, which belongs to one customer. Forwarded addresses
// count only from the router's trusted proxies. It is personal data: what is
// stored is a keyed tag of it, since the plain hash of an IPv4 address is no
// secret.
func Address(c *gin.Context) string {
	ip := c.ClientIP()
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return ip
	}
	if a = a.Unmap().WithZone(""); a.Is4() {
		return a.String()
	}
	return netip.PrefixFrom(a, 64).Masked().String()
}
