//! All parameters of the delivery client, grouped as smtp(8) groups them.

mod compatibility;
mod miscellaneous;
mod resources;
mod sasl;
mod tls;
mod tls_library;
mod unnamed;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::level::Level;
use super::parameter::{Parameter, Twin};

/// Parameters that belong together.
#[derive(Clone, Copy, Debug)]
pub struct Group {
    /// What they are about.
    pub title: &'static str,
    /// They, in the manual's order.
    pub parameters: &'static [Parameter],
}

/// All parameters of the delivery client.
pub const GROUPS: [Group; 12] = [
    group("Compatibility", compatibility::COMPATIBILITY),
    group("MIME processing", compatibility::MIME),
    group("External content inspection", compatibility::INSPECTION),
    group("SASL authentication", sasl::SASL),
    group("TLS", tls::TLS),
    group("TLS library", tls_library::TLS_LIBRARY),
    group("Obsolete TLS parameters", tls::OBSOLETE_TLS),
    group("Resources and rates", resources::RESOURCES),
    group("SMTPUTF8", resources::SMTPUTF8),
    group("Trouble shooting", resources::TROUBLE),
    group("Miscellaneous", miscellaneous::MISCELLANEOUS),
    group("Read and not named in smtp(8)", unnamed::UNNAMED),
];

const fn group(title: &'static str, parameters: &'static [Parameter]) -> Group {
    Group { title, parameters }
}

/// All parameters of the delivery client.
pub fn parameters() -> impl Iterator<Item = &'static Parameter> {
    GROUPS.iter().flat_map(|group| group.parameters)
}

/// Whose parameters are read: the SMTP client's or the LMTP client's.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub enum Personality {
    /// smtp(8).
    #[default]
    Smtp,
    /// lmtp(8), the same program by another name.
    Lmtp,
}

/// A parameter as a client knows it.
#[derive(Clone, Debug)]
pub struct Named {
    /// What is known of it.
    pub parameter: &'static Parameter,
    /// The clients that read it by this name.
    pub personalities: &'static [Personality],
    default: String,
    default_of_2_2: Option<String>,
}

impl Named {
    /// Its default at a compatibility level, references included.
    pub fn default(&self, level: Level) -> &str {
        match &self.default_of_2_2 {
            Some(default) if level.is_of_2_2() => default,
            Some(_) | None => &self.default,
        }
    }
}

/// What is known of the parameter with a name.
pub fn find(name: &str) -> Option<&'static Named> {
    INDEX.get(name)
}

/// The names of all parameters, in the order of the alphabet, with what is known of them.
pub fn names() -> impl Iterator<Item = (&'static str, &'static Named)> {
    INDEX.iter().map(|(name, named)| (name.as_str(), named))
}

impl Parameter {
    /// By which name a client reads it, if it does.
    pub fn name_for(&self, personality: Personality) -> Option<String> {
        match (self.twin, personality) {
            (Twin::Shared, _)
            | (Twin::Mirror | Twin::Named(_) | Twin::None, Personality::Smtp)
            | (Twin::Only, Personality::Lmtp) => Some(self.name.into()),
            (Twin::Mirror, Personality::Lmtp) => Some(mirror(self.name)),
            (Twin::Named(name), Personality::Lmtp) => Some(name.into()),
            (Twin::None, Personality::Lmtp) | (Twin::Only, Personality::Smtp) => None,
        }
    }

    fn default_for(&self, personality: Personality) -> String {
        match (self.twin, personality) {
            (Twin::Mirror | Twin::Named(_), Personality::Lmtp) => {
                self.lmtp_default.map_or_else(|| mirror(self.default), Into::into)
            }
            (Twin::Mirror | Twin::Named(_) | Twin::Shared | Twin::None | Twin::Only, _) => {
                self.default.into()
            }
        }
    }

    fn named(&'static self, personality: Personality) -> Option<(String, Named)> {
        let personalities: &[_] = match (self.twin, personality) {
            (Twin::Shared, _) => &[Personality::Smtp, Personality::Lmtp],
            (Twin::Mirror | Twin::Named(_) | Twin::None | Twin::Only, Personality::Smtp) => {
                &[Personality::Smtp]
            }
            (Twin::Mirror | Twin::Named(_) | Twin::None | Twin::Only, Personality::Lmtp) => {
                &[Personality::Lmtp]
            }
        };
        let default = self.default_for(personality);
        let default_of_2_2 = self.default_of_2_2.map(Into::into);
        let named = Named { parameter: self, personalities, default, default_of_2_2 };
        Some((self.name_for(personality)?, named))
    }
}

/// What another program's parameter of this name is set to by default, if that is known.
pub(super) fn of_another_program(name: &str) -> Option<Option<&'static str>> {
    OTHERS.get(name).copied()
}

/// Whether the queue manager or another program has such a parameter for each transport.
pub(super) fn is_of_transport(name: &str) -> bool {
    TRANSPORT_SUFFIXES.iter().any(|suffix| name.ends_with(suffix) && name.len() > suffix.len())
}

/// The name of the LMTP client's parameter, also within a default.
fn mirror(text: &str) -> String {
    text.replace("smtp_", "lmtp_")
}

static INDEX: LazyLock<BTreeMap<String, Named>> = LazyLock::new(|| {
    let of = |personality| parameters().filter_map(move |parameter| parameter.named(personality));
    of(Personality::Lmtp).chain(of(Personality::Smtp)).collect()
});

/// Parameters of Postfix's other programs, each with its default where others refer to it.
static OTHERS: LazyLock<BTreeMap<&'static str, Option<&'static str>>> = LazyLock::new(|| {
    let line = |line: &'static str| match line.split_once(" =") {
        Some((name, default)) => (name, Some(default.trim_start())),
        None => (line, None),
    };
    include_str!("table/others.txt").lines().map(line).collect()
});

const TRANSPORT_SUFFIXES: [&str; 17] = [
    "_delivery_slot_cost",
    "_delivery_slot_discount",
    "_delivery_slot_loan",
    "_destination_concurrency_failed_cohort_limit",
    "_destination_concurrency_limit",
    "_destination_concurrency_negative_feedback",
    "_destination_concurrency_positive_feedback",
    "_destination_rate_delay",
    "_destination_recipient_limit",
    "_extra_recipient_limit",
    "_initial_destination_concurrency",
    "_minimum_delivery_slots",
    "_recipient_limit",
    "_recipient_refill_delay",
    "_recipient_refill_limit",
    "_time_limit",
    "_transport_rate_delay",
];
