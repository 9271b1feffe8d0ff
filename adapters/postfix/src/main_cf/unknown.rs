//! Settings that nothing reads.

use std::collections::BTreeSet;

use super::MainCf;
use super::problem::{Fault, Problem};
use super::reference::word;
use super::table;

impl MainCf {
    /// Settings that no program reads and that none refers to.
    pub fn unknown(&self) -> impl Iterator<Item = Problem> {
        let referenced = self.referenced();
        let tables = self.tables();
        let is_of_table = move |name: &str| {
            let mut ends = name.match_indices('_').take(NAME_PARTS_MAX);
            ends.any(|(end, _)| tables.contains(&name[..end]))
        };
        let unknown =
            move |name: &str| !is_known(name) && !referenced.contains(name) && !is_of_table(name);
        self.settings().filter(move |(name, _)| unknown(name)).map(|(name, setting)| {
            let fault = Fault::Unknown(super::excerpt(name));
            Problem { place: setting.place.clone(), fault }
        })
    }

    /// Names that values refer to, and those of the restrictions that users define.
    fn referenced(&self) -> BTreeSet<&str> {
        let values = self.settings().flat_map(|(_, setting)| references(&setting.value));
        let classes = self.setting("smtpd_restriction_classes");
        let classes = classes.into_iter().flat_map(|setting| super::value::words(&setting.value));
        values.chain(classes).chain(self.master.iter().map(String::as_str)).collect()
    }

    /// Names of tables whose settings are in main.cf: `ldap:name` has `name_server_host` and
    /// others.
    fn tables(&self) -> BTreeSet<&str> {
        let tables = self.settings().flat_map(|(_, setting)| {
            let words = super::value::words(&setting.value);
            words.map(|word| word.trim_start_matches("proxy:").trim_matches(['{', '}']))
        });
        let tables = tables.filter_map(|table| table.split_once(':'));
        tables.filter(|(kind, name)| has_settings_here(kind, name)).map(|(_, name)| name).collect()
    }
}

/// The names that a text refers to.
pub(super) fn references(text: &str) -> impl Iterator<Item = &str> {
    let names = text.split('$').skip(1).map(|after| {
        let (name, _) = word(after.trim_start_matches(['{', '(', ' ']));
        name
    });
    names.filter(|name| !name.is_empty())
}

/// Whether the settings of a table are in main.cf, and not in a file of its own.
fn has_settings_here(kind: &str, name: &str) -> bool {
    TABLES_WITH_SETTINGS.contains(&kind) && !name.starts_with(['/', '.'])
}

fn is_known(name: &str) -> bool {
    table::find(name).is_some()
        || table::of_another_program(name).is_some()
        || table::is_of_transport(name)
}

const TABLES_WITH_SETTINGS: [&str; 6] = ["ldap", "memcache", "mysql", "pgsql", "sqlite", "mongodb"];
/// How many words of a name are looked at for that of a table.
const NAME_PARTS_MAX: usize = 20;
