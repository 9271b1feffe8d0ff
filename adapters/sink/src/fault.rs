//! How the sink misbehaves, and when.

use std::fmt;
use std::num::NonZeroU64;
use std::str::FromStr;

use thiserror::Error;

use crate::Point;

/// A misbehavior at one point of the dialogue, written `POINT:ACTION[@N][=TEXT]`.
///
/// - POINT is where it strikes: `connect`, `helo`, `starttls`, `handshake`, `auth`,
///   `response`, `mail`, `rcpt`, `data`, `content`, `eod`, `bdat`, `rset`, `quit`, `noop` or
///   `xforward`; see [`Point`].
/// - ACTION is what happens: `reject`, `tempfail`, `421`, `disconnect`, `stall`, `garbage`,
///   `truncate`, `strip` or `inject`; see [`Action`].
/// - N makes it strike only the Nth time that any client of the sink gets there, from 1.
///   Commands count as they come, in sequence or not.
/// - TEXT is the line to say: a reply such as `551 5.7.1 Go away`, or the garbage.
///
/// ```
/// let fault: envoi_sink::Fault = "rcpt:tempfail@2=451 4.7.1 Greylisted".parse()?;
/// assert_eq!(fault.occasion.map(|n| n.get()), Some(2));
///
/// let error = "rcpt:explode".parse::<envoi_sink::Fault>().unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "no action `explode`: expected reject, tempfail, 421, disconnect, stall, garbage, \
///      truncate, strip or inject",
/// );
/// # Ok::<(), envoi_sink::FaultError>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
pub struct Fault {
    /// Where it strikes.
    pub point: Point,
    /// What happens.
    pub action: Action,
    /// The only time that it strikes, if not every time.
    pub occasion: Option<NonZeroU64>,
    /// The line to say in place of the default one, without its line end.
    pub text: Option<String>,
}

impl Fault {
    /// A fault that strikes every time, with the default text.
    pub fn new(point: Point, action: Action) -> Self {
        Self { point, action, occasion: None, text: None }
    }

    /// Whether it strikes at the `occasion`th time of `point`.
    pub(crate) fn strikes(&self, point: Point, occasion: u64) -> bool {
        self.point == point
            && self.occasion.is_none_or(|only| only.get() == occasion)
            && self.action.only_at().is_none_or(|only| only == point)
    }
}

impl FromStr for Fault {
    type Err = FaultError;

    fn from_str(fault: &str) -> Result<Self, FaultError> {
        let (head, text) = match fault.split_once('=') {
            Some((head, text)) => (head, Some(text)),
            None => (fault, None),
        };
        let (head, occasion) = match head.split_once('@') {
            Some((head, occasion)) => (head, Some(occasion)),
            None => (head, None),
        };
        let (point, action) =
            head.split_once(':').ok_or_else(|| FaultError::Shape(fault.to_owned()))?;
        let action = action.parse()?;
        Ok(Self {
            point: parse_point(action, point)?,
            action,
            occasion: occasion.map(parse_occasion).transpose()?,
            text: text.map(|text| parse_text(action, text)).transpose()?,
        })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.point, self.action)?;
        if let Some(occasion) = self.occasion {
            write!(f, "@{occasion}")?;
        }
        if let Some(text) = &self.text {
            write!(f, "={text}")?;
        }
        Ok(())
    }
}

/// What the sink does where a well-behaved server would go on.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Action {
    /// Refuses for good, with a 5xx.
    Reject,
    /// Refuses for the time being, with a 4xx.
    Tempfail,
    /// Answers 421 and closes the connection.
    Unavailable,
    /// Closes the connection without a reply.
    Disconnect,
    /// Answers nothing more and keeps the connection open.
    Stall,
    /// Says a line that is no reply, then goes on as if nothing had been.
    Garbage,
    /// Answers as if nothing had been, then closes the connection without TLS's farewell.
    Truncate,
    /// Answers EHLO without STARTTLS, and does not know that command; at `helo` alone.
    Strip,
    /// Says a reply more in the same write, as who meddles before TLS would; at `starttls` alone.
    Inject,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::Reject,
        Self::Tempfail,
        Self::Unavailable,
        Self::Disconnect,
        Self::Stall,
        Self::Garbage,
        Self::Truncate,
        Self::Strip,
        Self::Inject,
    ];

    /// The word for it in a [`Fault`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Reject => "reject",
            Self::Tempfail => "tempfail",
            Self::Unavailable => "421",
            Self::Disconnect => "disconnect",
            Self::Stall => "stall",
            Self::Garbage => "garbage",
            Self::Truncate => "truncate",
            Self::Strip => "strip",
            Self::Inject => "inject",
        }
    }

    /// The only point where it can strike, if there is but one.
    fn only_at(self) -> Option<Point> {
        match self {
            Self::Strip => Some(Point::Helo),
            Self::Inject => Some(Point::Starttls),
            Self::Reject
            | Self::Tempfail
            | Self::Unavailable
            | Self::Disconnect
            | Self::Stall
            | Self::Garbage
            | Self::Truncate => None,
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Action {
    type Err = FaultError;

    fn from_str(name: &str) -> Result<Self, FaultError> {
        let named = Self::ALL.into_iter().find(|action| action.name() == name);
        named.ok_or_else(|| FaultError::Action(name.to_owned()))
    }
}

impl FromStr for Point {
    type Err = FaultError;

    fn from_str(name: &str) -> Result<Self, FaultError> {
        let named = Self::ALL.into_iter().find(|point| point.name() == name);
        named.ok_or_else(|| FaultError::Point(name.to_owned()))
    }
}

/// What is wrong with the text of a [`Fault`].
#[derive(Clone, Debug, Eq, Error, PartialEq)]
#[non_exhaustive]
pub enum FaultError {
    /// There is no colon.
    #[error("`{0}` is no fault: expected POINT:ACTION[@N][=TEXT], such as rcpt:reject@2")]
    Shape(String),
    /// The part before the colon.
    #[error("no point `{0}`: expected {points}", points = points())]
    Point(String),
    /// The part after the colon.
    #[error("no action `{0}`: expected {actions}", actions = actions())]
    Action(String),
    /// The two of them, which do not go together.
    #[error("no {action} at `{point}`: expected {action} at {only}")]
    Place {
        /// The action.
        action: Action,
        /// The point as it was given.
        point: Point,
        /// The only point for this action.
        only: Point,
    },
    /// The part after the at sign.
    #[error("no occasion `{0}`: expected a number from 1")]
    Occasion(String),
    /// The part after the equals sign, which cannot be said by this action.
    #[error("no text `{text}` for {action}: expected {}", expected_text(*action))]
    Text {
        /// The action that would say it.
        action: Action,
        /// The text as it was given.
        text: String,
    },
}

fn parse_point(action: Action, point: &str) -> Result<Point, FaultError> {
    let point = point.parse()?;
    match action.only_at() {
        Some(only) if only != point => Err(FaultError::Place { action, point, only }),
        Some(_) | None => Ok(point),
    }
}

fn parse_occasion(occasion: &str) -> Result<NonZeroU64, FaultError> {
    occasion.parse().map_err(|_| FaultError::Occasion(occasion.to_owned()))
}

fn parse_text(action: Action, text: &str) -> Result<String, FaultError> {
    let sayable = text.len() <= TEXT_MAX && !text.bytes().any(|byte| byte.is_ascii_control());
    let fits = match action {
        Action::Reject => is_reply(text) && text.starts_with('5'),
        Action::Tempfail => is_reply(text) && text.starts_with('4'),
        Action::Unavailable => is_reply(text) && text.starts_with("421"),
        Action::Disconnect | Action::Stall | Action::Truncate | Action::Strip => false,
        Action::Garbage => true,
        Action::Inject => is_reply(text),
    };
    if sayable && fits {
        return Ok(text.to_owned());
    }
    Err(FaultError::Text { action, text: text.to_owned() })
}

/// Whether `text` is a last line of a reply: a code, then nothing or a space and text.
fn is_reply(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() >= 3
        && bytes[..3].iter().all(u8::is_ascii_digit)
        && bytes.get(3).is_none_or(|&separator| separator == b' ')
}

fn expected_text(action: Action) -> &'static str {
    match action {
        Action::Reject => "a reply line with a code 5xx, such as 550 5.7.1 No",
        Action::Tempfail => "a reply line with a code 4xx, such as 450 4.7.1 Not yet",
        Action::Unavailable => "a reply line with the code 421",
        Action::Disconnect | Action::Stall | Action::Truncate | Action::Strip => {
            "none, since it says nothing"
        }
        Action::Garbage => "one line of at most 1000 bytes",
        Action::Inject => "a reply line, such as 250 AUTH PLAIN",
    }
}

fn points() -> String {
    list(&Point::ALL.map(Point::name))
}

fn actions() -> String {
    list(&Action::ALL.map(Action::name))
}

/// The names as a sentence has them: `a, b or c`.
fn list(names: &[&str]) -> String {
    match names {
        [init @ .., last] if !init.is_empty() => format!("{} or {last}", init.join(", ")),
        names => names.concat(),
    }
}

const TEXT_MAX: usize = 1000;
