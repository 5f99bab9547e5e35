// Package scan finds QR codes in pictures and reads them (ISO/IEC 18004): models
// 2, versions 1 to 10, which is more than a form's code needs. It is written for
// photographs of paper: uneven light, low contrast, blur, rotation and
// perspective. It knows nothing of forms.
//
// A picture becomes shades (gray.go); finder patterns are looked for in a
// thresholded copy (finder.go); three of them give a grid, which is fitted to
// the patterns that every code has (grid.go); its modules become codewords
// (symbol.go), which Reed–Solomon corrects (correct.go) and which spell a text
// (segment.go).
package scan
