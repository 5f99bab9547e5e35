package form

// Lines are the rows as they stand side by side: two neighbours that are Half
// share a line. A Half row without a partner has a line of its own.
func (b Block) Lines() [][]Row {
	var lines [][]Row
	for i := 0; i < len(b.Rows); i++ {
		if i+1 < len(b.Rows) && b.Rows[i].Half && b.Rows[i+1].Half {
			lines = append(lines, b.Rows[i:i+2])
			i++
			continue
		}
		lines = append(lines, b.Rows[i:i+1])
	}
	return lines
}
