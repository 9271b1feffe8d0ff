//! What is looked up of servers.

use super::reader::Reader;
use crate::servers::{Discard, Passwords, RejectionCache, Servers, pix_workarounds};
use crate::table::{AddressMap, AddressRules, KeptTable, Tables};
use crate::tls_policy::{Demands, RequireTlsPolicy};

/// The tables that are asked for servers.
pub(super) fn servers(
    reader: &mut Reader<'_>,
    addresses: &AddressRules,
    demands: Demands,
) -> Servers {
    let policies = reader.tables("smtp_tls_policy_maps");
    let is_old = policies.is_empty();
    let per_site = if is_old { reader.tables("smtp_tls_per_site") } else { Tables::default() };
    let discard = Discard::read(&reader.text("smtp_discard_ehlo_keywords"));
    let pix = pix_workarounds(&reader.text("smtp_pix_workarounds")).unwrap_or_else(|error| {
        reader.blame("smtp_pix_workarounds", &error.to_string());
        Default::default()
    });
    Servers {
        demands,
        policies,
        per_site,
        any_exchanger: !reader.boolean("smtp_tls_enforce_sts_mx_patterns"),
        tls_required: reader.boolean("tls_required_enable"),
        require_tls: require_tls(reader),
        wrapper_mode: reader.boolean("smtp_tls_wrappermode"),
        discard,
        discard_maps: reader.tables_by_case("smtp_discard_ehlo_keyword_address_maps"),
        pix,
        pix_maps: reader.tables_by_case("smtp_pix_workaround_maps"),
        passwords: passwords(reader, addresses),
        rejections: rejections(reader),
    }
}

fn require_tls(reader: &mut Reader<'_>) -> Option<RequireTlsPolicy> {
    if !reader.boolean("requiretls_enable") {
        return None;
    }
    let list = reader.text("smtp_requiretls_policy");
    let (policy, errors) = RequireTlsPolicy::open(&list, reader.context());
    for error in errors {
        reader.blame("smtp_requiretls_policy", &format!("actions, and tables of them; {error}"));
    }
    Some(policy)
}

fn passwords(reader: &mut Reader<'_>, addresses: &AddressRules) -> Option<Passwords> {
    if !reader.boolean("smtp_sasl_auth_enable") {
        return None;
    }
    let tables = reader.tables("smtp_sasl_password_maps");
    if tables.is_empty() {
        reader.blame("smtp_sasl_password_maps", "a table, for smtp_sasl_auth_enable");
    }
    let delimiter = reader.text("smtp_sasl_password_result_delimiter");
    if delimiter.is_empty() {
        reader.blame("smtp_sasl_password_result_delimiter", "a character such as a colon");
    }
    let by_sender = !reader.is_lmtp() && reader.boolean("smtp_sender_dependent_authentication");
    let senders = by_sender.then(|| AddressMap::over(tables.clone(), addresses.clone()));
    let says_identity = reader.boolean("send_cyrus_sasl_authzid");
    Some(Passwords { tables, senders, delimiter, says_identity })
}

fn rejections(reader: &mut Reader<'_>) -> RejectionCache {
    let spec = reader.text("smtp_sasl_auth_cache_name");
    if spec.trim().is_empty() {
        return RejectionCache::default();
    }
    let opened = KeptTable::open(spec.trim(), reader.context());
    let table = opened.map_err(|error| {
        reader.blame("smtp_sasl_auth_cache_name", &format!("a table to write to; {error}"));
    });
    RejectionCache::new(table.ok(), reader.time("smtp_sasl_auth_cache_time"))
}
