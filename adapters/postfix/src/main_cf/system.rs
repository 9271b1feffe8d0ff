//! What is not configured but found.

use super::MainCf;
use super::expansion::expand;
use super::level::Level;
use super::table::{find, of_another_program};

/// What Postfix finds out by itself.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct System {
    /// The name of this machine, as the system has it.
    pub host_name: String,
    /// `config_directory`
    pub directory: String,
    /// `process_id`
    pub process_id: u32,
    /// `process_name`
    pub process_name: String,
    /// `service_name`
    pub service_name: String,
}

/// What names stand for: what is set, or what holds where nothing is.
#[derive(Clone, Debug)]
pub(super) struct Values {
    pub(super) main_cf: MainCf,
    pub(super) level: Level,
    /// What no file can set.
    fixed: [(&'static str, String); 4],
    /// What holds where nothing is set, and is found out.
    found: [(&'static str, String); 3],
}

impl Values {
    pub(super) fn new(main_cf: MainCf, system: &System) -> Self {
        let fixed = [
            ("config_directory", system.directory.clone()),
            ("process_id", system.process_id.to_string()),
            ("process_name", system.process_name.clone()),
            ("service_name", system.service_name.clone()),
        ];
        let host = match system.host_name.as_str() {
            name if name.contains('.') => name.into(),
            name => format!("{name}.$mydomain"),
        };
        let level = Level::LATEST;
        let found = [
            ("myhostname", host),
            ("mydomain", "localdomain".into()),
            ("compatibility_level", level.to_string()),
        ];
        let mut values = Self { main_cf, level, fixed, found };
        // A domain that is not set is that of the name, which may be set.
        let name = expand("$myhostname", &|name| values.raw(name)).unwrap_or_default().text;
        if let Some((_, domain)) = name.split_once('.')
            && !domain.is_empty()
        {
            values.found[1].1 = domain.into();
        }
        let level = expand("$compatibility_level", &|name| values.raw(name)).unwrap_or_default();
        values.level = level.text.parse().unwrap_or(Level::LATEST);
        values
    }

    /// What a parameter is set to, or else its default, references included.
    pub(super) fn raw(&self, name: &str) -> Option<&str> {
        let of = |known: &'_ [(&str, String)]| known.iter().position(|(other, _)| *other == name);
        if let Some(at) = of(&self.fixed) {
            return Some(&self.fixed[at].1);
        }
        if let Some(setting) = self.main_cf.setting(name) {
            return Some(&setting.value);
        }
        self.default(name)
    }

    /// The default of a parameter, references included.
    pub(super) fn default(&self, name: &str) -> Option<&str> {
        if let Some((_, value)) = self.found.iter().find(|(found, _)| *found == name) {
            return Some(value);
        }
        match find(name) {
            Some(named) => Some(named.default(self.level)),
            None => of_another_program(name).flatten(),
        }
    }
}
