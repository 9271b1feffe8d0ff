//! What a parameter does, and where its value comes from.

use std::fmt;

use envoi_postfix::main_cf::table::{self, Named};
use envoi_postfix::main_cf::{Effect, Parameter, Parameters, Personality, Place};

/// Prints what is known of a parameter, a fact on a line.
pub(super) struct Explanation<'a> {
    parameters: &'a Parameters,
    name: &'a str,
}

impl<'a> Explanation<'a> {
    pub(super) fn new(parameters: &'a Parameters, name: &'a str) -> Self {
        Self { parameters, name }
    }

    /// Where the value comes from.
    fn origin(&self) -> String {
        match self.parameters.main_cf().setting(self.name) {
            Some(setting) if setting.place == Place::Option => "set by -o".into(),
            Some(setting) => format!("set at {}", setting.place),
            None => format!("the default at compatibility level {}", self.parameters.level()),
        }
    }

    fn of_the_client(&self, named: &Named, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parameter { summary, kind, effect, .. } = named.parameter;
        writeln!(f, "  what it does   {summary}")?;
        writeln!(f, "  what it takes  {kind}")?;
        writeln!(f, "  effect         {}", Effective(*effect))?;
        let default = self.parameters.default(self.name).unwrap_or_default();
        writeln!(f, "  default        {}", Shown(default))?;
        if let Some(other) = other(named, self.name) {
            writeln!(f, "  twin           {other}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let raw = self.parameters.raw(self.name).unwrap_or_default();
        writeln!(f, "{} = {}", self.name, Shown(raw))?;
        match table::find(self.name) {
            Some(named) => self.of_the_client(named, f)?,
            None => {
                writeln!(f, "  what it does   nothing for this client, unless others refer to it")?
            }
        }
        if raw.contains('$') {
            match self.parameters.expanded(self.name) {
                Ok(expanded) => writeln!(f, "  stands for     {}", Shown(&expanded.text))?,
                Err(problem) => writeln!(f, "  stands for     nothing: {}", problem.fault)?,
            }
        }
        write!(f, "  where from     {}", self.origin())
    }
}

/// The name of the other client's twin.
fn other(named: &Named, name: &str) -> Option<String> {
    let of = |personality| named.parameter.name_for(personality);
    let twin = [Personality::Smtp, Personality::Lmtp].into_iter().filter_map(of);
    twin.into_iter().find(|twin| twin != name)
}

/// Prints a value, or that there is none.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(empty)" } else { self.0 })
    }
}

/// Prints what becomes of a value.
struct Effective(Effect);

impl fmt::Display for Effective {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Effect::Full => f.write_str("in effect"),
            Effect::But(note) => write!(f, "in effect, but {note}"),
            Effect::NotYet => f.write_str("not in effect yet"),
            Effect::None(note) => write!(f, "none: {note}"),
            Effect::Refused(note) => write!(f, "an error where it is set: {note}"),
        }
    }
}
