//! Tables that word anew what others say.

use super::reader::Reader;
use crate::filters::Filters;

/// The tables that word anew what others say.
pub(super) fn filters(reader: &mut Reader<'_>) -> Filters {
    Filters {
        replies: reader.tables("smtp_reply_filter"),
        records: reader.tables_by_case("smtp_dns_reply_filter"),
        outcomes: reader.tables_by_case("smtp_delivery_status_filter"),
        soft_bounce: reader.boolean("soft_bounce"),
    }
}
