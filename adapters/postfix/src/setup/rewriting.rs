//! What changes envelopes and content.

use std::net::IpAddr;

use envoi_driver::System;
use envoi_driver::proto::{Config, Edits};

use super::reader::Reader;
use super::routing::{interfaces, named, words};
use crate::rewriting::Rewriting;
use crate::table::{AddressMap, AddressRules};

/// What changes envelopes and content.
pub(super) fn rewriting(
    reader: &mut Reader<'_>,
    addresses: AddressRules,
    config: &Config,
) -> Rewriting {
    let mut edits = Edits::default();
    (edits.bare_cr, edits.limits) = (config.bare_cr, config.mime);
    Rewriting {
        generic: generic(reader, addresses),
        header_checks: reader.tables_by_case("smtp_header_checks"),
        mime_header_checks: reader.tables_by_case("smtp_mime_header_checks"),
        nested_header_checks: reader.tables_by_case("smtp_nested_header_checks"),
        body_checks: reader.tables_by_case("smtp_body_checks"),
        edits,
    }
}

fn generic(reader: &mut Reader<'_>, mut rules: AddressRules) -> AddressMap {
    let context = reader.context().clone();
    let propagates = reader.text("propagate_unmatched_extensions");
    rules.propagates_extensions = words(&propagates).any(|word| word == "generic");
    let (generic, errors) = AddressMap::open(&reader.text("smtp_generic_maps"), rules, &context);
    for error in errors {
        let expected = format!("tables that can be opened; {error}");
        reader.blame("smtp_generic_maps", &expected);
    }
    generic
}

/// What addresses are here.
pub(super) fn addresses(reader: &mut Reader<'_>, system: &System) -> AddressRules {
    let (origin, domain) = (reader.text("myorigin"), reader.text("mydomain"));
    let mut rules = AddressRules::new(&origin, &domain, reader.context());
    rules.recipient_delimiter = reader.text("recipient_delimiter");
    rules.double_bounce_sender = reader.text("double_bounce_sender");
    rules.mydestination = reader.list("mydestination");
    let mut own: Vec<IpAddr> = interfaces(reader, system);
    own.extend(named(reader, "proxy_interfaces"));
    rules.interfaces = own;
    rules
}
