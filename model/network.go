package model

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaskNetwork keeps as much of an address as tells a holder roughly from where
// somebody looked: /24 of IPv4, /48 of IPv6; "" when it is no address.
func MaskNetwork(ip string) string {
	a, ok := address(ip)
	if !ok {
		return ""
	}
	bits := 24
	if a.Is6() {
		bits = 48
	}
	p, err := a.Prefix(bits)
	if err != nil {
		return ""
	}
	return p.String()
}

// address reads an address as servers see it: IPv4 within IPv6 is IPv4.
func address(ip string) (netip.Addr, bool) {
	a, err := netip.ParseAddr(ip)
	if err != nil {
		return netip.Addr{}, false
	}
	return a.Unmap().WithZone(""), true
}

// AddressTable names the places of networks, so that a holder reads where
// somebody looked and not an address. The zero value names none.
type AddressTable struct {
	places map[netip.Prefix]string
	v4, v6 []int // lengths of the prefixes that there are, the longest first
}

// Bounds of an address table.
const (
	placeLength    = 40 // characters
	maxTableFaults = 10 // rows that an error names
)

// ParseAddressTable reads a CSV file of rows network,place in UTF-8: a network
// is 10.1.0.0/16, 2001:da8::/32 or one address. The heading network,place,
// empty rows and those that begin with # say nothing. The error is for an
// operator and names the rows that are wrong; such a table is not used at all.
func ParseAddressTable(in io.Reader) (AddressTable, error) {
	text := bufio.NewReader(in)
	if mark, _ := text.Peek(3); string(mark) == "\ufeff" { // spreadsheets write it
		_, _ = text.Discard(3)
	}
	rows := csv.NewReader(text)
	rows.Comment, rows.FieldsPerRecord, rows.TrimLeadingSpace, rows.ReuseRecord = '#', -1, true, true
	t := AddressTable{places: map[netip.Prefix]string{}}
	seen := map[netip.Prefix]int{}
	var faults []string
	for first := true; ; first = false {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var bad *csv.ParseError
		if errors.As(err, &bad) {
			return AddressTable{}, Errorf(CodeInvalid, "地址表第 %d 行：引号不成对，请改正。", bad.StartLine)
		}
		if err != nil {
			return AddressTable{}, fmt.Errorf("read address table: %w", err)
		}
		line, _ := rows.FieldPos(0)
		if first && len(row) == 2 && row[0] == "network" && row[1] == "place" {
			continue
		}
		network, place, err := addressRow(row)
		if err == nil && seen[network] != 0 {
			err = fmt.Errorf("网段 %s 与第 %d 行重复", network, seen[network])
		}
		if err != nil {
			if faults = append(faults, fmt.Sprintf("第 %d 行：%s", line, err)); len(faults) > maxTableFaults {
				break
			}
			continue
		}
		seen[network], t.places[network] = line, place
	}
	if len(faults) > maxTableFaults {
		faults[maxTableFaults] = "其余略"
	}
	if len(faults) > 0 {
		return AddressTable{}, Errorf(CodeInvalid, "地址表有误：%s。", strings.Join(faults, "；"))
	}
	t.sortLengths()
	return t, nil
}

// addressRow reads one row.
func addressRow(row []string) (netip.Prefix, string, error) {
	if len(row) != 2 {
		return netip.Prefix{}, "", errors.New("应写成“网段,地点”，例如 10.1.0.0/16,北京市海淀区")
	}
	text, place := strings.TrimSpace(row[0]), strings.TrimSpace(row[1])
	network, err := readNetwork(text)
	switch {
	case err != nil:
		return network, "", err
	case !utf8.ValidString(place):
		return network, "", errors.New("不是 UTF-8 文字，请另存为 UTF-8 编码的 CSV")
	case place == "":
		return network, "", fmt.Errorf("网段 %s 没有写地点", text)
	case utf8.RuneCountInString(place) > placeLength || strings.ContainsFunc(place, unicode.IsControl):
		return network, "", fmt.Errorf("地点应为不超过 %d 个字的一行文字", placeLength)
	}
	return network, place, nil
}

// readNetwork reads a network or one address. One whose address has bits behind
// the prefix is refused: it may be meant for another.
func readNetwork(text string) (netip.Prefix, error) {
	if a, ok := address(text); ok {
		return netip.PrefixFrom(a, a.BitLen()), nil
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || p.Addr().Is4In6():
		return netip.Prefix{}, fmt.Errorf("“%s”不是网段，应写成 10.1.0.0/16 或 2001:da8::/32", Shorten(strings.ToValidUTF8(text, "?"), 50))
	case p.Masked() != p:
		return netip.Prefix{}, fmt.Errorf("网段 %s 的地址与长度不符，应为 %s", p, p.Masked())
	}
	return p, nil
}

func (t *AddressTable) sortLengths() {
	for network := range t.places {
		lengths := &t.v6
		if network.Addr().Is4() {
			lengths = &t.v4
		}
		if !slices.Contains(*lengths, network.Bits()) {
			*lengths = append(*lengths, network.Bits())
		}
	}
	for _, lengths := range [][]int{t.v4, t.v6} {
		slices.Sort(lengths)
		slices.Reverse(lengths)
	}
}

// Place is the place of the smallest network that holds an address, "" where
// none does. It looks once into a map for each length of prefix in the table.
func (t AddressTable) Place(ip string) string {
	a, ok := address(ip)
	if !ok {
		return ""
	}
	lengths := t.v6
	if a.Is4() {
		lengths = t.v4
	}
	for _, bits := range lengths {
		p, err := a.Prefix(bits)
		if err != nil {
			continue
		}
		if place, ok := t.places[p]; ok {
			return place
		}
	}
	return ""
}
