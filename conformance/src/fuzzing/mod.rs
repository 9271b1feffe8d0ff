//! What the fuzz targets do with their bytes: each is a function that says what was wrong.
//!
//! libFuzzer calls them through the package in `fuzz/`; the test `corpus` replays what that
//! found, without libFuzzer.

mod address;
mod auth;
mod client;
mod content;
mod dns_message;
mod editing;
mod generic_header;
mod main_cf;
mod mime;
mod reply;
mod route;
mod starttls;

pub use address::address;
pub use auth::auth;
pub use client::client;
pub use content::content;
pub use dns_message::dns_message;
pub use generic_header::generic_header;
pub use main_cf::main_cf;
pub use mime::mime;
pub use reply::reply;
pub use route::route;
pub use starttls::starttls;

use crate::witness::Violation;

/// What a target does with bytes.
pub type Target = fn(&[u8]) -> Result<(), Violation>;

/// The targets, by the names of their corpora.
pub const TARGETS: [(&str, Target); 11] = [
    ("address", address),
    ("auth", auth),
    ("client", client),
    ("content", content),
    ("dns-message", dns_message),
    ("generic-header", generic_header),
    ("main-cf", main_cf),
    ("mime", mime),
    ("reply", reply),
    ("route", route),
    ("starttls", starttls),
];

/// Lengths of pieces that some bytes ask for, over and over; none is empty.
fn pieces(lengths: &[u8]) -> impl Iterator<Item = usize> {
    let lengths = if lengths.is_empty() { &[u8::MAX] } else { lengths };
    lengths.iter().cycle().map(|length| usize::from(*length).max(1))
}
