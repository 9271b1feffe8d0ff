//! What `$name` and its kin in a value stand for: postconf(5), "parameter value".

use std::collections::{BTreeMap, BTreeSet};

use super::reference::{Branches, Condition, Reference, enclosed, word};

pub use super::reference::BadReference;

/// What a value comes to.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Expanded {
    /// The value, without references.
    pub text: String,
    /// Names that stood for nothing, since nothing sets them; a hundred at most.
    pub undefined: BTreeSet<String>,
}

/// Why a value comes to nothing.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
pub enum ExpansionError {
    /// A parameter refers to itself; the last name is the first again.
    #[error("refers to itself: ${}", .0.join(" -> $"))]
    Recursion(Vec<String>),
    /// References are nested too deeply.
    #[error("references are nested more than {DEPTH_MAX} deep")]
    TooDeep,
    /// The value is too long.
    #[error("comes to more than {VALUE_SIZE_MAX} bytes")]
    TooLong,
    /// Working the value out takes too long.
    #[error("takes too long to work out")]
    TooMuch,
    /// A reference is malformed.
    #[error(transparent)]
    Reference(#[from] BadReference),
}

/// Expands the references in a text, with what names stand for.
pub(super) fn expand<'a>(
    text: &'a str,
    values: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Expanded, ExpansionError> {
    let mut expansion = Expansion::new(values);
    let mut expanded = String::new();
    expansion.text(text, &mut expanded)?;
    Ok(Expanded { text: expanded, undefined: expansion.undefined })
}

/// Expands what a name stands for.
pub(super) fn expand_name<'a>(
    name: &'a str,
    values: &dyn Fn(&str) -> Option<&'a str>,
) -> Result<Expanded, ExpansionError> {
    let mut expansion = Expansion::new(values);
    let mut expanded = String::new();
    // The value of a parameter is no deeper than the parameter.
    expansion.names.push(name);
    expansion.text(values(name).unwrap_or_default(), &mut expanded)?;
    Ok(Expanded { text: expanded, undefined: expansion.undefined })
}

struct Expansion<'a, 'b> {
    values: &'b dyn Fn(&str) -> Option<&'a str>,
    /// Parameters whose values are being expanded, outermost first.
    names: Vec<&'a str>,
    undefined: BTreeSet<String>,
    /// What names have come to: it is always the same.
    known: BTreeMap<&'a str, Known>,
    depth: usize,
    /// The greatest depth since a name began to be expanded.
    deepest: usize,
    /// Bytes that may still be looked at or written.
    work: usize,
}

/// What a name comes to.
struct Known {
    text: String,
    /// How deeply references in it are nested.
    height: usize,
}

impl<'a, 'b> Expansion<'a, 'b> {
    fn new(values: &'b dyn Fn(&str) -> Option<&'a str>) -> Self {
        let (names, undefined, known) = (Vec::new(), BTreeSet::new(), BTreeMap::new());
        Self { values, names, undefined, known, depth: 0, deepest: 0, work: WORK_MAX }
    }

    fn text(&mut self, text: &'a str, out: &mut String) -> Result<(), ExpansionError> {
        self.depth += 1;
        self.deepest = self.deepest.max(self.depth);
        if self.depth > DEPTH_MAX {
            return Err(ExpansionError::TooDeep);
        }
        self.work(text.len() + 1)?;
        let mut rest = text;
        while let Some(at) = rest.find('$') {
            self.put(&rest[..at], out)?;
            rest = self.dollar(&rest[at..], out)?;
        }
        self.depth -= 1;
        self.put(rest, out)
    }

    /// Expands what begins with `$`, and returns what follows it.
    fn dollar(&mut self, text: &'a str, out: &mut String) -> Result<&'a str, ExpansionError> {
        let after = &text[1..];
        let ends = match after.as_bytes().first() {
            Some(b'$') => {
                self.put("$", out)?;
                return Ok(&after[1..]);
            }
            Some(b'{') => ('{', '}'),
            Some(b'(') => ('(', ')'),
            Some(_) | None => {
                let (name, rest) = word(after);
                if name.is_empty() {
                    return Err(BadReference::no_name(text).into());
                }
                self.name(name, out)?;
                return Ok(rest);
            }
        };
        let (body, rest) = enclosed(after, ends).ok_or_else(|| BadReference::unfinished(text))?;
        if body.is_empty() {
            return Err(BadReference::no_name(text).into());
        }
        self.reference(Reference::parse(body)?, out)?;
        Ok(rest)
    }

    fn reference(
        &mut self,
        reference: Reference<'a>,
        out: &mut String,
    ) -> Result<(), ExpansionError> {
        let Reference { condition, branches } = reference;
        let branches = match (branches, condition) {
            (Some(branches), _) => branches,
            (None, Condition::Name(name)) => return self.name(name, out),
            (None, Condition::Comparison(_)) => Branches { yes: "true", no: "" },
        };
        let holds = match condition {
            // What it would expand to does not matter.
            Condition::Name(name) => (self.values)(name).is_some_and(|value| !value.is_empty()),
            Condition::Comparison(comparison) => {
                let [left, right] = comparison.operands.map(|operand| {
                    let mut text = String::new();
                    self.text(operand, &mut text).map(|()| text)
                });
                comparison.holds(&left?, &right?)?
            }
        };
        self.text(if holds { branches.yes } else { branches.no }, out)
    }

    fn name(&mut self, name: &'a str, out: &mut String) -> Result<(), ExpansionError> {
        if let Some(first) = self.names.iter().position(|other| *other == name) {
            let chain = self.names[first..].iter().chain([&name]);
            return Err(ExpansionError::Recursion(chain.map(ToString::to_string).collect()));
        }
        let known = match self.known.remove(name) {
            Some(known) => known,
            None => self.value(name)?,
        };
        let fits = self.depth + known.height <= DEPTH_MAX;
        self.deepest = self.deepest.max(self.depth + known.height);
        self.put(&known.text, out)?;
        self.known.insert(name, known);
        if fits { Ok(()) } else { Err(ExpansionError::TooDeep) }
    }

    /// Expands the value of a name for the first time.
    fn value(&mut self, name: &'a str) -> Result<Known, ExpansionError> {
        let Some(value) = (self.values)(name) else {
            if self.undefined.len() < UNDEFINED_MAX {
                self.undefined.insert(name.into());
            }
            return Ok(Known { text: String::new(), height: 0 });
        };
        let deepest = std::mem::replace(&mut self.deepest, self.depth);
        let mut text = String::new();
        self.names.push(name);
        self.text(value, &mut text)?;
        self.names.pop();
        let height = self.deepest - self.depth;
        self.deepest = self.deepest.max(deepest);
        Ok(Known { text, height })
    }

    fn put(&mut self, text: &str, out: &mut String) -> Result<(), ExpansionError> {
        if out.len() + text.len() > VALUE_SIZE_MAX {
            return Err(ExpansionError::TooLong);
        }
        self.work(text.len())?;
        out.push_str(text);
        Ok(())
    }

    fn work(&mut self, bytes: usize) -> Result<(), ExpansionError> {
        self.work = self.work.checked_sub(bytes).ok_or(ExpansionError::TooMuch)?;
        Ok(())
    }
}

/// Postfix's limit: a value, and what is nested a hundred deep in it.
const DEPTH_MAX: usize = 101;
/// Longest value.
pub(super) const VALUE_SIZE_MAX: usize = 1 << 18;
/// How many names that nothing sets are told of one value.
const UNDEFINED_MAX: usize = 100;
/// Bytes that may be looked at or written for one value.
const WORK_MAX: usize = 1 << 22;

#[cfg(test)]
mod tests {
    use super::*;

    fn values(name: &str) -> Option<&'static str> {
        match name {
            "foo" => Some("1"),
            "empty" => Some(""),
            "ref" => Some("$empty"),
            "loop" => Some("x${other}"),
            "other" => Some("${foo?{$loop}}"),
            "compatibility_level" => Some("3.6"),
            _ => None,
        }
    }

    fn expanded(text: &'static str) -> Result<String, String> {
        expand(text, &values).map(|it| it.text).map_err(|error| error.to_string())
    }

    #[test]
    fn references_stand_for_what_postconf_says() {
        for (text, expected) in [
            ("$$x $foo ${foo} $(foo)x$foo.", "$x 1 1 1x1."),
            ("a}b{c", "a}b{c"),
            ("$unknown|${empty}|${ foo }|${ }", "||1|"),
            ("${foo?a}|${foo:b}|${empty?a}|${empty:b}|${nope:b}", "a|||b|b"),
            ("${foo?{a}:{b}}|${empty?{a}:{b}}|${empty?{a}:b}", "a|b|b"),
            ("${foo ? {a} : {b}}|${foo? a }|${foo?{ a }}", "a| a | a "),
            ("${foo?a:{b}}|${foo?{a{b}c}}|${foo?(a)}", "a:{b}|a{b}c|(a)"),
            ("${ref?a}|${ref:b}|${nope?$}|${nope?${}}", "a|||"),
            ("${{a} == {b}}|${{a}=={a}}|${ {a}!={b} ? {x} : {y} }", "|true|x"),
            ("${{2}<{10}?x}${{2a}<{10}?x}${{010}=={10}?x}${{+5}=={5}?x}${{}<{3}?x}", "xxx"),
            ("${{$foo} >= {1} ? {$foo} : {y}}|${{a}>{B}?x}|${{b}<={a}:y}", "1|x|y"),
            ("${{3.6} <level {3.10}?x}${{3.6} ==level {3.6.0}?x}${{3.6}>level{3.5.9}?x}", "xxx"),
            ("${{$compatibility_level} <level {3.6} ? {md5} : {sha256}}", "sha256"),
        ] {
            assert_eq!(expanded(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn names_that_nothing_sets_are_told() {
        let expanded = expand("$a ${b?x} ${c} ${foo:$d}", &values).unwrap();
        assert_eq!(Vec::from_iter(expanded.undefined), ["a", "c"]);
    }

    #[test]
    fn malformed_references_tell_where_and_what_was_expected() {
        for (text, at, expected) in [
            ("x $-", "$-", "a name, or $$ for a dollar sign"),
            ("${}", "${}", "a name, or $$ for a dollar sign"),
            ("$", "$", "a name, or $$ for a dollar sign"),
            ("x${foo", "${foo", "a bracket that closes it"),
            ("$(foo}", "$(foo}", "a bracket that closes it"),
            ("$(foo?{a)", "{a", "a bracket that closes it"),
            ("${{a} = {b}}", "=", "==, !=, <, <=, >= or >, or one with level behind it"),
            ("${{a}}", "", "==, !=, <, <=, >= or >, or one with level behind it"),
            ("${{a}==b}", "b", "==, !=, <, <=, >= or >, or one with level behind it"),
            ("${{a}< = {b}}", "= {b}", "a text in braces"),
            ("${{a}=={b}x}", "x", "?, : or the end"),
            ("${foo?{a}x}", "x", "?, : or the end"),
            ("${foo?{a}:{b}x}", "x", "nothing more"),
            ("${foo:{a}:{b}}", ":{b}", "nothing more"),
            ("${{x} <level {3}}", "x", "a version such as 3.6"),
            ("${{9223372036854775808}<{3}}", "9223372036854775808", "a smaller number"),
        ] {
            let told = format!("malformed reference at {at:?}; expected {expected}");
            assert_eq!(expanded(text), Err(told), "{text}");
        }
        let name = "a name of letters, digits and _, and nothing else before ?, : or the end";
        for text in ["${a-b}", "${$foo}", "${a == b}"] {
            let body = &text[2..text.len() - 1];
            let told = format!("malformed reference at {body:?}; expected {name}");
            assert_eq!(expanded(text), Err(told), "{text}");
        }
    }

    #[test]
    fn what_refers_to_itself_is_told_with_the_way_there() {
        let told = Err("refers to itself: $loop -> $other -> $loop".into());
        assert_eq!(expanded("$loop"), told);
        let error = expand_name("other", &values).unwrap_err();
        assert_eq!(error.to_string(), "refers to itself: $other -> $loop -> $other");
    }

    #[test]
    fn a_hundred_levels_are_the_most() {
        let nested =
            |levels| (0..levels).fold("end".to_string(), |text, _| format!("${{foo?{{{text}}}}}"));
        assert_eq!(expanded(nested(100).leak()).as_deref(), Ok("end"));
        let told = Err("references are nested more than 101 deep".into());
        assert_eq!(expanded(nested(101).leak()), told);
    }

    #[test]
    fn a_value_may_double_until_it_is_too_long() {
        let doubling = |end: &'static str| {
            move |name: &str| -> Option<&'static str> {
                match name.len() {
                    60 => Some(end),
                    len => Some(format!("${0}${0}", "x".repeat(len + 1)).leak()),
                }
            }
        };
        let comes_to = |end| expand_name("x", &doubling(end)).map(|expanded| expanded.text);
        assert_eq!(comes_to("").as_deref(), Ok(""));
        assert_eq!(comes_to("0"), Err(ExpansionError::TooLong));
    }

    #[test]
    fn values_that_take_too_long_to_compare_are_given_up() {
        let long: &str = "0".repeat(VALUE_SIZE_MAX).leak();
        let compared = |times| {
            let text = "${{$x}=={}}".repeat(times);
            expand(text.leak(), &|_| Some(long)).map(|expanded| expanded.text)
        };
        assert_eq!(compared(2).as_deref(), Ok(""));
        assert_eq!(compared(20), Err(ExpansionError::TooMuch));
    }
}
