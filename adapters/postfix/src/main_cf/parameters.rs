//! What a client is told: every parameter's value, understood.

use std::collections::BTreeMap;
use std::time::Duration;

use super::expansion::expand_name;
use super::level::Level;
use super::parameter::{Effect, Parameter};
use super::problem::{Fault, Problem};
use super::setting::Place;
use super::system::{System, Values};
use super::table::{self, Personality};
use super::value::{Value, words};
use super::{Expanded, ExpansionError, MainCf, excerpt};

/// The values of all parameters of a client.
///
/// They are asked for by the name that the SMTP client reads, and are those of the LMTP client's
/// twin for the LMTP client. Asking for an unknown name, or for a boolean as a number, panics.
#[derive(Clone, Debug)]
pub struct Parameters {
    personality: Personality,
    values: Values,
    understood: BTreeMap<&'static str, Understood>,
}

#[derive(Clone, Debug)]
struct Understood {
    /// The name that the client reads; none, if it reads none.
    name: Option<String>,
    value: Value,
}

impl Parameters {
    /// Understands what main.cf says, and tells all that is wrong with it. What is wrong is taken
    /// to be its default.
    pub fn new(main_cf: MainCf, personality: Personality, system: &System) -> (Self, Vec<Problem>) {
        let values = Values::new(main_cf, system);
        let mut parameters = Self { personality, values, understood: BTreeMap::new() };
        let mut problems = Vec::new();
        for parameter in table::parameters() {
            let understood = parameters.understand(parameter, &mut problems);
            parameters.understood.insert(parameter.name, understood);
        }
        (parameters, problems)
    }

    /// Whose parameters they are.
    pub fn personality(&self) -> Personality {
        self.personality
    }

    /// `compatibility_level`: whose defaults hold.
    pub fn level(&self) -> Level {
        self.values.level
    }

    /// What was set.
    pub fn main_cf(&self) -> &MainCf {
        &self.values.main_cf
    }

    /// Whether it is `yes`.
    pub fn boolean(&self, name: &str) -> bool {
        match self.understood(name).value {
            Value::Boolean(value) => value,
            Value::Integer(_) | Value::Time(_) | Value::Choice(_) | Value::Text(_) => {
                panic!("{name} is not a boolean")
            }
        }
    }

    /// A number.
    pub fn integer(&self, name: &str) -> u32 {
        match self.understood(name).value {
            Value::Integer(value) => value,
            Value::Boolean(_) | Value::Time(_) | Value::Choice(_) | Value::Text(_) => {
                panic!("{name} is not a number")
            }
        }
    }

    /// A time.
    pub fn time(&self, name: &str) -> Duration {
        match self.understood(name).value {
            Value::Time(value) => value,
            Value::Boolean(_) | Value::Integer(_) | Value::Choice(_) | Value::Text(_) => {
                panic!("{name} is not a time")
            }
        }
    }

    /// A text, or one of several choices as the table writes it.
    pub fn text(&self, name: &str) -> &str {
        match &self.understood(name).value {
            Value::Text(value) => value,
            Value::Choice(value) => value,
            Value::Boolean(_) | Value::Integer(_) | Value::Time(_) => {
                panic!("{name} is not a text")
            }
        }
    }

    /// The words of a text, which commas and white space separate.
    pub fn words(&self, name: &str) -> Vec<&str> {
        words(self.text(name)).collect()
    }

    /// The name by which the client reads a parameter; what others call it, if it does not.
    pub fn name<'a>(&'a self, name: &'a str) -> &'a str {
        self.understood(name).name.as_deref().unwrap_or(name)
    }

    /// Whether main.cf or an option sets a parameter.
    pub fn is_set(&self, name: &str) -> bool {
        self.place(name) != Place::Default
    }

    /// Where the value of a parameter comes from.
    pub fn place(&self, name: &str) -> Place {
        let name = self.understood(name).name.as_deref();
        name.map_or(Place::Default, |name| self.values.place(name))
    }

    /// A value that turned out to be wrong when it was used, where it comes from, and what was
    /// expected.
    pub fn problem(&self, name: &str, expected: impl Into<String>) -> Problem {
        let fault = Fault::Value {
            parameter: self.name(name).into(),
            value: self.shown(name),
            expected: expected.into(),
        };
        Problem { place: self.place(name), fault }
    }

    /// What the references in a parameter come to, also in one of another program or of the user's
    /// own; nothing, if nothing sets it.
    pub fn expanded(&self, name: &str) -> Result<Expanded, Problem> {
        self.values.expanded(name).map_err(|error| {
            let fault = Fault::Expansion(name.into(), error);
            Problem { place: self.values.place(name), fault }
        })
    }

    /// What any parameter is set to, references included.
    pub fn raw(&self, name: &str) -> Option<&str> {
        self.values.raw(name)
    }

    /// The default of any parameter, references included.
    pub fn default(&self, name: &str) -> Option<&str> {
        self.values.default(name)
    }

    fn shown(&self, name: &str) -> String {
        excerpt(&self.expanded(self.name(name)).unwrap_or_default().text)
    }

    fn understood(&self, name: &str) -> &Understood {
        let understood = self.understood.get(name);
        understood.unwrap_or_else(|| panic!("{name} is not a parameter of the client"))
    }

    /// Understands one parameter.
    fn understand(&self, parameter: &'static Parameter, problems: &mut Vec<Problem>) -> Understood {
        let Some(name) = parameter.name_for(self.personality) else {
            let value = self.default_value(parameter, parameter.name);
            return Understood { name: None, value };
        };
        let place = self.values.place(&name);
        let expanded = self.values.expanded(&name);
        let mut tell = |fault| {
            // What a default refers to is told where it was set.
            if place != Place::Default {
                problems.push(Problem { place: place.clone(), fault });
            }
        };
        let value = match expanded {
            Err(error) => {
                tell(Fault::Expansion(name.clone(), error));
                None
            }
            Ok(expanded) => {
                for undefined in expanded.undefined {
                    tell(Fault::Undefined(name.clone(), undefined));
                }
                let value = understand(parameter, &name, &expanded.text);
                value
                    .map_err(|expected| {
                        let (parameter, value) = (name.clone(), excerpt(&expanded.text));
                        tell(Fault::Value { parameter, value, expected });
                    })
                    .ok()
            }
        };
        if let Some(note) = self.note(parameter, &name) {
            tell(note);
        }
        let value = value.unwrap_or_else(|| self.default_value(parameter, &name));
        Understood { name: Some(name), value }
    }

    /// What is to be told of a value although it is not wrong.
    fn note(&self, parameter: &Parameter, name: &str) -> Option<Fault> {
        if self.values.raw(name) == self.values.default(name) {
            return None;
        }
        let name = name.into();
        match parameter.effect {
            Effect::Full => None,
            Effect::But(note) | Effect::None(note) => Some(Fault::Note(name, note)),
            Effect::NotYet => Some(Fault::NotYet(name)),
            Effect::Refused(_) if self.values.raw(name.as_str()) == Some("") => None,
            Effect::Refused(note) => Some(Fault::Refused(name, note)),
        }
    }

    /// The value that holds where nothing is set, or nothing that can be understood.
    fn default_value(&self, parameter: &'static Parameter, name: &str) -> Value {
        let raw = self.values.default(name).unwrap_or(parameter.default);
        let expanded = super::expansion::expand(raw, &|name| self.values.raw(name));
        let value = expanded.ok().and_then(|expanded| parameter.kind.parse(&expanded.text));
        // A default may refer to what is wrong; then what that is by default is left.
        value
            .or_else(|| {
                let expanded =
                    super::expansion::expand(raw, &|name| self.values.default(name)).ok()?;
                parameter.kind.parse(&expanded.text)
            })
            .expect("the defaults of the table can be understood: a test reads them all")
    }
}

/// Understands a value, or says what was expected.
fn understand(parameter: &Parameter, name: &str, text: &str) -> Result<Value, String> {
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err("text in UTF-8".into());
    }
    if name == "compatibility_level" && text.parse::<Level>().is_err() {
        return Err("a version such as 3.6".into());
    }
    parameter.kind.parse(text).ok_or_else(|| parameter.kind.to_string())
}

impl Values {
    fn place(&self, name: &str) -> Place {
        self.main_cf.setting(name).map_or(Place::Default, |setting| setting.place.clone())
    }

    fn expanded(&self, name: &str) -> Result<Expanded, ExpansionError> {
        expand_name(name, &|name| self.raw(name))
    }
}
