//! Where mail for each domain goes.

use conformance::servers::{Domain, SIGNED};

/// What is expected of a domain, as [`told`](crate::told) has it, with the names of the zone
/// complete. Who trusts the resolver knows as well what is secure.
pub(crate) fn of(domain: &Domain, zone: &str, is_trusting: bool) -> String {
    let rows = EXPECTED.iter().filter(|(label, _)| *label == domain.label);
    let rows: Vec<_> = rows.map(|(_, found)| complete(found, zone)).collect();
    let found = match &rows[..] {
        [all] if zone == SIGNED => all.replace(']', "]*"),
        [plain] | [plain, _] if zone != SIGNED => plain.clone(),
        [_, signed] => signed.clone(),
        _ => panic!("there are {} rows of {}", rows.len(), domain.label),
    };
    if is_trusting { found } else { found.replace('*', "") }
}

/// Puts the zone behind names without it: those before an address, and those in a failure.
fn complete(found: &str, zone: &str) -> String {
    let words = found.split(' ').map(|word| {
        let is_short = |name: &&str| !name.contains("example") && !name.starts_with("127.");
        let host = word.split_once('[').filter(|(host, _)| is_short(host));
        let name = word.strip_prefix("name=").filter(is_short);
        match (host, name) {
            (Some((host, address)), _) => format!("{host}.{zone}[{address}"),
            (None, Some(name)) => format!("name={name}.{zone}"),
            (None, None) => word.to_owned(),
        }
    });
    let mut text = words.collect::<Vec<_>>().join(" ").replace("ZONE", zone);
    for (short, long) in SHORT {
        text = text.replace(short, long);
    }
    text.replace("LONG", &"x".repeat(55))
}

/// What stands for more words.
const SHORT: [(&str, &str); 4] = [
    ("NOTHING", "Host or domain name not found. Name service error for"),
    ("NONAME", "Host not found"),
    ("NODATA", "Host found but no data record of requested type"),
    ("LATER", "Host not found, try again"),
];

/// The first row of a domain is for both zones, all of whose hosts are secure where the zone is
/// signed; the second, if there is one, is for the signed one.
const EXPECTED: &[(&str, &str)] = &[
    ("one", "10 h1[127.0.7.1]"),
    ("two", "10 h1[127.0.7.1] 20 h2[127.0.7.2]"),
    ("reverse", "10 h1[127.0.7.1] 20 h2[127.0.7.2] 30 h3[127.0.7.3]"),
    ("ties", "10 h1[127.0.7.1] h2[127.0.7.2] h3[127.0.7.3]"),
    ("mixed", "10 h1[127.0.7.1] h2[127.0.7.2] 20 h3[127.0.7.3] h4[127.0.7.4]"),
    ("nine", "1 h1[127.0.7.1] 2 h2[127.0.7.2] 3 h3[127.0.7.3] 4 h4[127.0.7.4] 5 h5[127.0.7.5]"),
    ("extremes", "0 h1[127.0.7.1] 65535 h2[127.0.7.2]"),
    ("twice", "10 h1[127.0.7.1]"),
    ("shared", "10 h1[127.0.7.1] 20 same-as-h1[127.0.7.1]"),
    ("several", "10 two-addresses[127.0.7.11] two-addresses[127.0.7.12]"),
    ("dual", "10 both[127.0.7.10] both[::1]"),
    ("balanced", "1 h1[127.0.7.1] 2 h2[127.0.7.2] 3 h3[127.0.7.3] 4 h4[127.0.7.4] 20 six[::1]"),
    ("v6", "10 six[::1]"),
    ("v6-better", "10 six[::1] 20 h2[127.0.7.2]"),
    ("upper", "10 h1[127.0.7.1]"),
    ("implicit", "- implicit[127.0.7.1]"),
    ("implicit-v6", "- implicit-v6[::1]"),
    ("implicit-both", "- implicit-both[127.0.7.1] implicit-both[::1]"),
    ("no-data", "5.4.4 NOTHING name=no-data type=AAAA: NODATA"),
    ("absent", "5.4.4 NOTHING name=absent type=AAAA: NONAME"),
    ("null", "5.1.0 Domain null.ZONE does not accept mail (nullMX)"),
    ("null-ten", "5.1.0 Domain null-ten.ZONE does not accept mail (nullMX)"),
    ("null-address", "5.1.0 Domain null-address.ZONE does not accept mail (nullMX)"),
    ("null-among", "10 h1[127.0.7.1]"),
    ("null-last", "10 h1[127.0.7.1]"),
    ("cname", "10 h1[127.0.7.1] 20 h2[127.0.7.2]"),
    ("cname-host", "- cname-host[127.0.7.1]"),
    ("cname-null", "5.1.0 Domain cname-null.ZONE does not accept mail (nullMX)"),
    ("cname-gone", "5.4.4 NOTHING name=cname-gone type=AAAA: NONAME"),
    ("cname-no-data", "5.4.4 NOTHING name=no-data type=AAAA: NODATA"),
    ("cname-abroad", "10 h1.plain.example[127.0.7.1]"),
    ("cname-abroad", "10 h1.plain.example[127.0.7.1]"),
    ("chain", "10 h1[127.0.7.1]"),
    ("endless", "4.4.3 NOTHING name=endless type=MX: LATER"),
    ("loop", "4.4.3 NOTHING name=loop type=MX: LATER"),
    ("loop2", "4.4.3 NOTHING name=loop2 type=MX: LATER"),
    ("mx-alias", "10 alias[127.0.7.1] 20 h2[127.0.7.2]"),
    ("mx-aliases", "10 alias-of-alias[127.0.7.1]"),
    ("mx-loop", "4.4.3 NOTHING name=loop-host type=AAAA: LATER"),
    ("mx-loop-two", "20 h2[127.0.7.2]"),
    ("mx-dangling", "5.4.4 NOTHING name=dangling-host type=AAAA: NONAME"),
    ("mx-number", "10 127.0.7.1[127.0.7.1]"),
    ("mx-number", "10 127.0.7.1[127.0.7.1]"),
    ("mx-abroad", "10 h1.plain.example[127.0.7.1] h1.signed.example[127.0.7.1]"),
    ("mx-abroad", "10 h1.plain.example[127.0.7.1] h1.signed.example[127.0.7.1]*"),
    ("mx-outside", "4.4.3 NOTHING name=mx.outside.example type=AAAA: LATER"),
    ("gone-first", "20 h2[127.0.7.2]"),
    ("gone-last", "10 h1[127.0.7.1]"),
    ("gone-all", "5.4.4 NOTHING name=gone2 type=AAAA: NONAME"),
    ("no-address", "5.4.4 NOTHING name=text-host type=AAAA: NODATA"),
    ("no-address-all", "5.4.4 NOTHING name=gone type=AAAA: NONAME"),
    ("dead-first", "20 h2[127.0.7.2]"),
    ("dead-last", "10 h1[127.0.7.1]"),
    ("dead-all", "4.4.3 NOTHING name=mx2.dead type=AAAA: LATER"),
    ("dead-gone", "4.4.3 NOTHING name=mx.dead type=AAAA: LATER"),
    ("silent-last", "10 h1[127.0.7.1]"),
    ("dead", "4.4.3 NOTHING name=dead type=MX: LATER"),
    ("silent", "4.4.3 NOTHING name=silent type=MX: LATER"),
    ("own-only", "5.4.6 mail for own-only.ZONE loops back to myself"),
    ("own-best", "5.4.6 mail for own-best.ZONE loops back to myself"),
    ("own-tied", "5.4.6 mail for own-tied.ZONE loops back to myself"),
    ("own-middle", "10 h1[127.0.7.1]"),
    ("own-last", "10 h1[127.0.7.1]"),
    ("own-above-gone", "4.4.4 unable to find primary relay for own-above-gone.ZONE"),
    ("own-address", "5.4.6 mail for own-address.ZONE loops back to myself"),
    ("own-implicit", "5.4.6 mail for own-implicit.ZONE loops back to myself"),
    (
        "hundred",
        "1 hundred1[127.0.9.1] 2 hundred2[127.0.9.2] 3 hundred3[127.0.9.3] \
         4 hundred4[127.0.9.4] 5 hundred5[127.0.9.5]",
    ),
    (
        "crowd",
        "1 crowd1[127.0.9.1] 2 crowd2[127.0.9.2] 3 crowd3[127.0.9.3] 4 crowd4[127.0.9.4] \
         5 crowd5[127.0.9.5]",
    ),
    (
        "long",
        "10 LONG-10[127.0.9.10] 11 LONG-11[127.0.9.11] 12 LONG-12[127.0.9.12] \
         13 LONG-13[127.0.9.13] 14 LONG-14[127.0.9.14]",
    ),
    ("texts", "10 h1[127.0.7.1]"),
    ("xn--bcher-kva", "10 h1[127.0.7.1]"),
    ("under_score", "10 h1[127.0.7.1]"),
    ("*.wild", "10 h1[127.0.7.1]"),
    ("srv", "10 h9[127.0.7.9]"),
    ("srv-none", "10 h9[127.0.7.9]"),
    ("srv-alias", "10 h9[127.0.7.9]"),
    ("srv-gone", "10 h9[127.0.7.9]"),
    ("ttl-zero", "10 h1[127.0.7.1]"),
    ("ttl-one", "10 h1[127.0.7.1]"),
    ("ttl-week", "10 h1[127.0.7.1]"),
    ("ttl-host", "10 brief-host[127.0.7.15]"),
    ("bogus", "10 h1[127.0.7.1]"),
    ("bogus", "4.4.3 NOTHING name=bogus type=MX: LATER"),
    ("bogus-address", "10 bogus-host[127.0.7.14] 20 h2[127.0.7.2]"),
    ("bogus-address", "20 h2[127.0.7.2]*"),
    ("bogus-null", "5.1.0 Domain bogus-null.ZONE does not accept mail (nullMX)"),
    ("bogus-null", "4.4.3 NOTHING name=bogus-null type=MX: LATER"),
];
