//! Tables that word anew what others say.

use envoi_driver::dns::Search;

use super::reader::Reader;
use super::routing::words;
use crate::filters::Filters;

/// The tables that word anew what others say.
pub(super) fn filters(reader: &mut Reader<'_>) -> Filters {
    Filters {
        replies: reader.tables("smtp_reply_filter"),
        records: reader.tables_by_case("smtp_dns_reply_filter"),
        search: search(reader),
        outcomes: reader.tables_by_case("smtp_delivery_status_filter"),
        soft_bounce: reader.boolean("soft_bounce"),
    }
}

/// How names are completed (`smtp_dns_resolver_options`), with the domains of resolv.conf(5).
fn search(reader: &mut Reader<'_>) -> Search {
    let options = reader.text("smtp_dns_resolver_options");
    let has = |option| words(&options).any(|word| word == option);
    let (completes, searches) = (has("res_defnames"), has("res_dnsrch"));
    if !completes && !searches {
        return Search::default();
    }
    match envoi_driver::resolv_conf() {
        Ok(conf) => Search { completes, searches, ..Search::new(&conf) },
        Err(error) => {
            reader.blame("smtp_dns_resolver_options", &format!("a resolv.conf; {error}"));
            Search::default()
        }
    }
}
