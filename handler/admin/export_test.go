package admin

// HashWith hashes with a cost of the test's choice.
func HashWith(p HashParameters, password string) string { return p.hash(password) }
