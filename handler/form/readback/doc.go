// Package readback reads a 去向登记信息表 back from its PDF, as somebody sees it who
// looks at the page: it is rendered, its QR code read from the picture, its text
// put together into the form by where it stands (the rules beside
// handler/form.Lay), and the form that results laid out and rendered anew, to see
// whether the page shows what its text says. Nothing is taken from metadata or
// from what the file says about itself.
//
// A PDF comes from anybody. PDFium reads it, compiled to WebAssembly and run in a
// box without files, network or clock, bounded in memory and time (ADR 0019).
package readback
