//! What values mean: postconf(5), "parameter value".

use std::fmt;
use std::time::Duration;

use super::parameter::Kind;

/// A value that has been understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Value {
    Boolean(bool),
    Integer(u32),
    Time(Duration),
    Choice(&'static str),
    Text(String),
}

/// What a number of a time counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Unit {
    /// `s`
    Seconds,
    /// `m`
    Minutes,
    /// `h`
    Hours,
    /// `d`
    Days,
    /// `w`
    Weeks,
}

impl Unit {
    const ALL: [Self; 5] = [Self::Seconds, Self::Minutes, Self::Hours, Self::Days, Self::Weeks];

    /// The letter that stands for it.
    pub fn letter(self) -> char {
        match self {
            Self::Seconds => 's',
            Self::Minutes => 'm',
            Self::Hours => 'h',
            Self::Days => 'd',
            Self::Weeks => 'w',
        }
    }

    fn seconds(self) -> u32 {
        match self {
            Self::Seconds => 1,
            Self::Minutes => 60,
            Self::Hours => 60 * 60,
            Self::Days => 24 * 60 * 60,
            Self::Weeks => 7 * 24 * 60 * 60,
        }
    }
}

impl Kind {
    /// Understands a value, references expanded.
    pub(super) fn parse(self, text: &str) -> Option<Value> {
        match self {
            Self::Boolean if text.eq_ignore_ascii_case("yes") => Some(Value::Boolean(true)),
            Self::Boolean if text.eq_ignore_ascii_case("no") => Some(Value::Boolean(false)),
            Self::Boolean => None,
            Self::Integer { min, max } => {
                let number = whole(text)?;
                (min..=max).contains(&number).then_some(Value::Integer(number))
            }
            Self::Time { unit, min } => {
                let time = seconds(text, unit)?;
                (time >= min).then(|| Value::Time(Duration::from_secs(time.into())))
            }
            Self::Choice(choices) => {
                let choice = choices.iter().find(|choice| choice.eq_ignore_ascii_case(text))?;
                Some(Value::Choice(choice))
            }
            Self::Words(known) => {
                words(text).all(|word| known.contains(&word)).then(|| Value::Text(text.into()))
            }
            Self::Name if text.is_empty() => None,
            Self::Name | Self::Text | Self::Maps => Some(Value::Text(text.into())),
        }
    }
}

/// What is expected of a value, to be read after that word.
impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("yes or no"),
            Self::Integer { min, max } => write!(f, "a whole number from {min} to {max}"),
            Self::Time { unit, min } => write!(
                f,
                "a time of at least {min}s: a whole number with s, m, h, d or w, or of {}",
                match unit {
                    Unit::Seconds => "seconds",
                    Unit::Minutes => "minutes",
                    Unit::Hours => "hours",
                    Unit::Days => "days",
                    Unit::Weeks => "weeks",
                }
            ),
            Self::Choice(choices) => {
                let shown: Vec<_> = choices
                    .iter()
                    .map(|choice| if choice.is_empty() { "nothing" } else { choice })
                    .collect();
                write!(f, "one of {}", shown.join(", "))
            }
            Self::Words(words) => write!(f, "some of {}", words.join(", ")),
            Self::Name => f.write_str("a value that is not empty"),
            Self::Text => f.write_str("text"),
            Self::Maps => f.write_str("lookup tables, type:name"),
        }
    }
}

/// The words of a list, separated by commas or white space.
pub(super) fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty())
}

fn seconds(text: &str, default: Unit) -> Option<u32> {
    let unit = Unit::ALL.iter().find(|unit| text.ends_with(unit.letter()));
    let (number, unit) = match unit {
        Some(unit) => (&text[..text.len() - 1], *unit),
        None => (text, default),
    };
    let time = whole(number)?.checked_mul(unit.seconds())?;
    (time <= NUMBER_MAX).then_some(time)
}

/// A whole number as Postfix takes it, that of a C `int`.
fn whole(text: &str) -> Option<u32> {
    text.parse().ok().filter(|number| *number <= NUMBER_MAX)
}

const NUMBER_MAX: u32 = i32::MAX as u32;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        let time = |text, unit| match (Kind::Time { unit, min: 0 }).parse(text) {
            Some(Value::Time(time)) => Some(time.as_secs()),
            Some(_) => panic!("not a time"),
            None => None,
        };
        for (text, seconds) in [
            ("0", Some(0)),
            ("5", Some(5)),
            ("+5s", Some(5)),
            ("2m", Some(120)),
            ("1h", Some(3600)),
            ("90d", Some(7_776_000)),
            ("1w", Some(604_800)),
            ("2147483647s", Some(2_147_483_647)),
            ("2147483648s", None),
            ("99999999999d", None),
            ("40000d", None),
            ("5x", None),
            ("5S", None),
            ("5 s", None),
            ("-5s", None),
            ("5.5s", None),
            ("5ss", None),
            ("5s5m", None),
            ("0x5s", None),
            ("s", None),
            ("", None),
        ] {
            assert_eq!(time(text, Unit::Seconds), seconds, "{text:?}");
        }
        assert_eq!(time("2", Unit::Days), Some(172_800));
        assert_eq!(time("2", Unit::Hours), Some(7_200));
        assert_eq!(time("2", Unit::Weeks), Some(1_209_600));
        assert_eq!(time("2", Unit::Minutes), Some(120));
    }

    #[test]
    fn numbers_have_bounds() {
        let number = |text: &str| (Kind::Integer { min: 1, max: 6 }).parse(text);
        assert_eq!(number("1"), Some(Value::Integer(1)));
        assert_eq!(number("+6"), Some(Value::Integer(6)));
        for bad in ["0", "7", "-1", "", "x", "5.0", "0x5", "5 ", "99999999999"] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
        let any = Kind::Integer { min: 0, max: NUMBER_MAX };
        assert_eq!(any.parse("2147483647"), Some(Value::Integer(NUMBER_MAX)));
        assert_eq!(any.parse("2147483648"), None);
    }

    #[test]
    fn booleans_and_choices_are_of_either_case_and_words_are_not() {
        for (text, value) in [("yes", true), ("YES", true), ("no", false), ("nO", false)] {
            assert_eq!(Kind::Boolean.parse(text), Some(Value::Boolean(value)));
        }
        for bad in ["y", "true", "1", "", "yes no"] {
            assert_eq!(Kind::Boolean.parse(bad), None, "{bad}");
        }
        let choice = Kind::Choice(&["", "dnssec"]);
        assert_eq!(choice.parse("DNSSEC"), Some(Value::Choice("dnssec")));
        assert_eq!(choice.parse(""), Some(Value::Choice("")));
        assert_eq!(choice.parse("x"), None);
        let words = Kind::Words(&["dns", "native"]);
        for good in ["dns", "dns,native", " dns, native\tdns,", ""] {
            assert_eq!(words.parse(good), Some(Value::Text(good.into())));
        }
        for bad in ["DNS", "dns:native", "hosts"] {
            assert_eq!(words.parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_name_is_not_empty_and_a_text_may_be() {
        assert_eq!(Kind::Name.parse(""), None);
        assert_eq!(Kind::Text.parse(""), Some(Value::Text(String::new())));
    }
}
