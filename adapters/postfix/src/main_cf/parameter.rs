//! What is known of a parameter.

use super::value::Unit;

/// A parameter of the delivery client.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name, that of the SMTP client where the LMTP client has a twin of it.
    pub name: &'static str,
    /// What its values look like.
    pub kind: Kind,
    /// Its default, references included.
    pub default: &'static str,
    /// Its default in Postfix 2.2, where that was another one.
    pub default_of_2_2: Option<&'static str>,
    /// What it is for the LMTP client.
    pub twin: Twin,
    /// The default of the twin, where that is another one.
    pub lmtp_default: Option<&'static str>,
    /// What it does, in one sentence without its subject.
    pub summary: &'static str,
    /// What becomes of a value that is not the default.
    pub effect: Effect,
}

/// What the values of a parameter look like.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// `yes` or `no`.
    Boolean,
    /// A whole number.
    Integer {
        /// The smallest.
        min: u32,
        /// The largest.
        max: u32,
    },
    /// A time, in seconds or with a unit.
    Time {
        /// What a number without unit means.
        unit: Unit,
        /// The shortest, in seconds.
        min: u32,
    },
    /// One of these, in letters of either case.
    Choice(&'static [&'static str]),
    /// Some of these, separated by commas or white space.
    Words(&'static [&'static str]),
    /// Any text.
    Text,
    /// Any text that is not empty.
    Name,
    /// Lookup tables, `type:name`.
    Maps,
}

/// What a parameter is for the LMTP client.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Twin {
    /// The same: the parameter is not of the SMTP client alone.
    Shared,
    /// A parameter of the same name with `lmtp_` for `smtp_`.
    Mirror,
    /// A parameter of this name.
    Named(&'static str),
    /// Nothing: the LMTP client has no use for it.
    None,
    /// The parameter itself, for which the SMTP client has no use.
    Only,
}

/// What becomes of a value that is not the default.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// It does what the manual says.
    Full,
    /// It does what the manual says, but for what is noted.
    But(&'static str),
    /// It is read and checked, and does nothing yet.
    NotYet,
    /// It does nothing, for the reason that is noted.
    None(&'static str),
    /// It is an error, for the reason that is noted.
    Refused(&'static str),
}

impl Parameter {
    const fn new(name: &'static str, kind: Kind, default: &'static str) -> Self {
        let is_twofold = matches!(name.as_bytes(), [b's', b'm', b't', b'p', b'_', ..]);
        let twin = if is_twofold { Twin::Mirror } else { Twin::Shared };
        Self {
            name,
            kind,
            default,
            default_of_2_2: None,
            twin,
            lmtp_default: None,
            summary: "",
            effect: Effect::Full,
        }
    }

    pub(super) const fn boolean(name: &'static str, default: &'static str) -> Self {
        Self::new(name, Kind::Boolean, default)
    }

    pub(super) const fn integer(name: &'static str, default: &'static str, min: u32) -> Self {
        Self::new(name, Kind::Integer { min, max: i32::MAX as u32 }, default)
    }

    pub(super) const fn time(name: &'static str, default: &'static str, min: u32) -> Self {
        Self::new(name, Kind::Time { unit: Unit::Seconds, min }, default)
    }

    pub(super) const fn text(name: &'static str, default: &'static str) -> Self {
        Self::new(name, Kind::Text, default)
    }

    pub(super) const fn name(name: &'static str, default: &'static str) -> Self {
        Self::new(name, Kind::Name, default)
    }

    pub(super) const fn maps(name: &'static str) -> Self {
        Self::new(name, Kind::Maps, "")
    }

    pub(super) const fn choice(
        name: &'static str,
        default: &'static str,
        choices: &'static [&'static str],
    ) -> Self {
        Self::new(name, Kind::Choice(choices), default)
    }

    pub(super) const fn words(
        name: &'static str,
        default: &'static str,
        words: &'static [&'static str],
    ) -> Self {
        Self::new(name, Kind::Words(words), default)
    }

    pub(super) const fn says(mut self, summary: &'static str) -> Self {
        self.summary = summary;
        self
    }

    pub(super) const fn was(mut self, default_of_2_2: &'static str) -> Self {
        self.default_of_2_2 = Some(default_of_2_2);
        self
    }

    pub(super) const fn in_days(mut self) -> Self {
        self.kind = Kind::Time { unit: Unit::Days, min: 0 };
        self
    }

    pub(super) const fn at_most(mut self, max: u32) -> Self {
        self.kind = Kind::Integer { min: 0, max };
        self
    }

    pub(super) const fn twin(mut self, twin: Twin) -> Self {
        self.twin = twin;
        self
    }

    pub(super) const fn lmtp_default(mut self, default: &'static str) -> Self {
        self.lmtp_default = Some(default);
        self
    }

    pub(super) const fn effect(mut self, effect: Effect) -> Self {
        self.effect = effect;
        self
    }

    pub(super) const fn not_yet(self) -> Self {
        self.effect(Effect::NotYet)
    }
}
