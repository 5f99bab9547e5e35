// Package roster reads rosters (毕业生源信息) from XLSX and CSV files by the names
// of their columns, checks every row, and writes the refused rows to a sheet of
// their own. It reads files of contacts in the same way.
//
// It knows the national sheet of 50 columns, below two header rows (pinyin, then
// Chinese), and wider exports with Chinese names in any order; columns that it
// does not know are left alone. Files come from people, so that nothing is
// believed: sizes are bounded before anything is unpacked, and what is wrong
// with the file as a whole is an error of Open, before a row was imported.
//
// Rows stream: memory does not grow with the file, but for 24 bytes or so a row
// that remember which numbers have come.
package roster
