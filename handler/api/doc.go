// Package api serves programs: what docs/openapi.yaml describes. Everything that
// it refuses is a problem of RFC 9457, written by handler/web.
//
// Nobody logs in here. A platform upstream signs each request with a key that
// belongs to one school, and sees nothing of any other: see Sign.
package api
