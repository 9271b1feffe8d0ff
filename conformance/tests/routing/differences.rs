//! Where we do otherwise than Postfix, and why.

/// Why a case may come to something else here, if it may.
pub(crate) fn reason(case: &str) -> Option<&'static str> {
    let (_, next_hop) = case.split_once(' ')?;
    let of = |differences: &[(&str, &'static str)], wanted: &str| {
        differences.iter().find(|(name, _)| *name == wanted).map(|(_, reason)| *reason)
    };
    let zones = [".signed.example", ".plain.example"];
    let label = zones.iter().find_map(|zone| next_hop.strip_suffix(zone));
    of(CASES, case).or_else(|| of(DOMAINS, label?))
}

/// By domain, of either zone and at any port.
const DOMAINS: &[(&str, &str)] = &[
    ("twice", "a host that is named twice is tried once"),
    ("null-among", NULL_AMONG),
    ("null-last", NULL_AMONG),
];

/// By group and next hop.
const CASES: &[(&str, &str)] = &[
    ("form TWO.Plain.Example", LOWER_CASE),
    ("form ABSENT.Plain.Example", LOWER_CASE),
    ("form [GONE.Plain.Example]", LOWER_CASE),
    ("form [h4.@], absent.@", OUTWEIGHED),
    ("form dead.@, absent.@", OUTWEIGHED),
    ("form one.@, null.@", OUTWEIGHED),
    ("loop [h4.@], own-only.@", OUTWEIGHED),
    ("busy [h4.@], absent.@", OUTWEIGHED),
    ("busy [h3.@], null.@", OUTWEIGHED),
];

const NULL_AMONG: &str = "a root among exchangers is left out: some mail may still be delivered";
const LOWER_CASE: &str = "names are told in lower case";
const OUTWEIGHED: &str = "a next hop that may take mail later outweighs one that never will";
