//! Kinds of errors.

use std::str::FromStr;

/// A kind of error that the postmaster can hear of (`notify_classes`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Class {
    /// Mail that was returned.
    Bounce,
    /// Notices of returned mail that could not be delivered.
    TwiceBounced,
    /// Content or files that are not as they should be.
    Data,
    /// Mail that is late.
    Delay,
    /// What a policy refused.
    Policy,
    /// What the other side said and should not have.
    Protocol,
    /// Lack of memory, space and the like.
    Resource,
    /// Programs that fail.
    Software,
}

/// A set of kinds of errors.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Classes(u8);

impl Classes {
    /// Adds one.
    pub fn insert(&mut self, class: Class) {
        self.0 |= 1 << class as u8;
    }

    /// Whether it is among them.
    pub fn contains(self, class: Class) -> bool {
        self.0 & 1 << class as u8 != 0
    }

    /// Whether both have one in common.
    pub fn meet(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// Words separated by commas or blanks, in any case.
impl FromStr for Classes {
    type Err = UnknownClass;

    fn from_str(text: &str) -> Result<Self, UnknownClass> {
        let mut classes = Self::default();
        let words = text.split([',', ' ', '\t', '\r', '\n']).filter(|word| !word.is_empty());
        for word in words {
            let known = WORDS.iter().find(|(known, _)| known.eq_ignore_ascii_case(word));
            let (_, class) = known.ok_or_else(|| UnknownClass(word.into()))?;
            classes.insert(*class);
        }
        Ok(classes)
    }
}

/// There is no such kind of error.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "unknown class {0:?}; expected some of bounce, 2bounce, data, delay, policy, protocol, \
     resource and software"
)]
pub struct UnknownClass(String);

const WORDS: [(&str, Class); 8] = [
    ("bounce", Class::Bounce),
    ("2bounce", Class::TwiceBounced),
    ("data", Class::Data),
    ("delay", Class::Delay),
    ("policy", Class::Policy),
    ("protocol", Class::Protocol),
    ("resource", Class::Resource),
    ("software", Class::Software),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_words() {
        let classes: Classes = "Resource, software\t2bounce".parse().unwrap();
        for (word, class) in WORDS {
            let expected = matches!(word, "resource" | "software" | "2bounce");
            assert_eq!(classes.contains(class), expected, "{word}");
        }
        assert!("protocols".parse::<Classes>().is_err());
        assert_eq!("".parse(), Ok(Classes::default()));
    }

    #[test]
    fn sets_meet_where_they_have_one_in_common() {
        let [some, other, none] = ["data, policy", "policy, delay", "delay"].map(|text| {
            let classes: Classes = text.parse().unwrap();
            classes
        });
        assert!(some.meet(other) && other.meet(none) && !some.meet(none));
    }
}
