//! How values are written in a dialogue file.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

/// Reads a value by its type's own rules.
pub(crate) fn parse<T>(value: &str) -> Result<T, String>
where
    T: FromStr,
    T::Err: Display,
{
    value.parse().map_err(|error| format!("{value:?}: {error}"))
}

/// Reads `yes` or `no`.
pub(crate) fn yes(value: &str) -> Result<bool, String> {
    choice(value, &[("yes", true), ("no", false)])
}

/// Reads one of several words.
pub(crate) fn choice<T: Copy>(value: &str, words: &[(&str, T)]) -> Result<T, String> {
    let known = words.iter().find(|(word, _)| *word == value);
    known.map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
        format!("unknown value {value:?}: expected {}", words.join(" or "))
    })
}

/// Reads `300s` or `50ms`.
pub(crate) fn duration(value: &str) -> Result<Duration, String> {
    let bad = || format!("bad time {value:?}: expected a number and s or ms");
    let (number, unit) = match value.strip_suffix("ms") {
        Some(number) => (number, 1),
        None => (value.strip_suffix('s').ok_or_else(bad)?, 1000),
    };
    let number: u64 = number.parse().map_err(|_| bad())?;
    Ok(Duration::from_millis(number * unit))
}

/// Reads a comma-separated list.
pub(crate) fn list(value: &str) -> impl Iterator<Item = &str> {
    value.split(',').filter(|word| !word.is_empty())
}
