// Package web is what all areas of the site share: the adapter that turns
// errors into pages, sessions, the guard that denies whatever is not public,
// security headers, templates and static files.
package web
