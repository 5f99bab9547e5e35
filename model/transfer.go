package model

import "strings"

// Transfer is what is usual for archive and household in a category. It is
// proposed on the form, where the graduate sees and changes it, and never filled
// in behind anybody's back.
type Transfer struct {
	ArchiveType        string // code of TableArchive, "" for no proposal
	HouseholdType      string // code of TableHousehold, "" for no proposal
	ArchiveOtherwise   string // what happens to an archive without a registered transfer
	HouseholdOtherwise string
	Receivers          []Receiver
}

// Receiver is who takes an archive or household of one type of transfer. Its
// texts may hold {unit}, {place}, {origin} and {school}; a text of which one of
// these is not known says nothing.
type Receiver struct {
	Table CodeTable
	Code  string
	Unit  string
	Place string
}

// Propose puts the types of transfer that are usual for d's category in place of
// those usual for the category before. What the graduate filled in stays. No
// household is proposed to those whose household did not come to the school.
func (d Destination) Propose(before string, g Graduate, codes Codes) Destination {
	was, _ := codes.Category(before)
	cat, ok := codes.Category(d.Category)
	if !ok {
		return d
	}
	if d.Archive == (ArchiveTransfer{Type: d.Archive.Type}) && (d.Archive.Type == "" || d.Archive.Type == was.Transfer.ArchiveType) {
		d.Archive.Type = cat.Transfer.ArchiveType
	}
	if d.AnsweredHousehold(g.Basics.HouseholdIn) != No &&
		d.Household == (HouseholdTransfer{Type: d.Household.Type}) && (d.Household.Type == "" || d.Household.Type == was.Transfer.HouseholdType) {
		d.Household.Type = cat.Transfer.HouseholdType
	}
	return d
}

// Unproposed takes out of d who receives archive and household where a form that
// began with before only proposed it, so that it follows a change of what it was
// proposed from. field names the first for which something is proposed now that
// was not shown before; "" when there is none: then d may be handed in as it is,
// also with a proposal that the graduate took away.
func (d Destination) Unproposed(before Destination, g Graduate, s School, codes Codes) (_ Destination, field string) {
	shown, typed := before.FillReceivers(g, s, codes), d
	texts := func(d *Destination) []*string {
		return []*string{&d.Archive.Unit, &d.Archive.Place, &d.Household.Place}
	}
	was, proposed, now := texts(&before), texts(&shown), texts(&d)
	for i := range now {
		if *was[i] == "" && *now[i] == *proposed[i] {
			*now[i] = ""
		}
	}
	again := d.FillReceivers(g, s, codes)
	for i, name := range []string{"archive_unit", "archive_place", "household_place"} {
		if p := *texts(&again)[i]; field == "" && p != *texts(&typed)[i] && p != *proposed[i] {
			field = name
		}
	}
	return d, field
}

// FillReceivers fills in who takes archive and household, by the types of
// transfer, where that is empty and known: the unit itself, the school of study,
// the place of origin.
func (d Destination) FillReceivers(g Graduate, s School, codes Codes) Destination {
	cat, _ := codes.Category(d.Category)
	asked := func(field string) string { // what another category asked for is kept in the draft, but is not of this one
		if _, ok := cat.Ask(field); !ok {
			return ""
		}
		return d.Get(field)
	}
	fill := func(text, pattern string) string {
		if strings.TrimSpace(text) != "" {
			return text
		}
		for _, v := range []struct{ name, value string }{
			{"{unit}", asked("unit")},
			{"{place}", asked("unit_place")},
			{"{origin}", g.Basics.OriginName},
			{"{school}", s.Name},
		} {
			if v.value = strings.TrimSpace(v.value); v.value == "" && strings.Contains(pattern, v.name) {
				return text
			}
			pattern = strings.ReplaceAll(pattern, v.name, v.value)
		}
		return pattern
	}
	for _, r := range cat.Transfer.Receivers {
		switch {
		case r.Table == TableArchive && r.Code == d.Archive.Type:
			d.Archive.Unit, d.Archive.Place = fill(d.Archive.Unit, r.Unit), fill(d.Archive.Place, r.Place)
		case r.Table == TableHousehold && r.Code == d.Household.Type:
			d.Household.Place = fill(d.Household.Place, r.Place)
		}
	}
	return d
}
