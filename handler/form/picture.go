package form

// How samples are marked across the page, and how bold type is made of the
// regular one.
const (
	markSize  = 110.0 // in points
	markAngle = 35.0  // degrees, counter-clockwise
	markGrey  = 0xe6
	boldEm    = 0.014
)
