// Package h5 is the graduate's pages (guide §2–§5): the basic information, the
// home page that knows the next step, the destination, its confirmation, the
// authorisations with their forms, who verified them, and the reminders sent.
//
// Every page loads the record of the session anew and shows what the rules in
// model say about it; no page decides anything itself. A post carries the
// revision, or a digest of what was seen, so that of two tabs the slower one is
// shown the present state with a notice. All pages work without scripts.
package h5
