//! A server that misbehaves, and keeps its own record all the same.

mod commands;
mod content;

use envoi_proto::Protocol;

use super::scenario::Scenario;
use super::server::{Standing, Taken};
use crate::seeded::Random;

/// A server whose replies are as bad as its manners.
#[derive(Debug)]
pub(super) struct Rogue {
    random: Random,
    manners: Manners,
    is_lmtp: bool,
    /// Keyword lines of EHLO.
    offers: Vec<String>,
    said: Vec<u8>,
    standing: Standing,
    reading: Reading,
    /// The part of a command that has come.
    line: Vec<u8>,
    has_sender: bool,
    /// Paths of the accepted RCPTs.
    recipients: Vec<String>,
    content: Vec<u8>,
    /// Whether nothing but RSET helps.
    has_failed: bool,
    /// Whether each reply answered one command.
    is_consistent: bool,
}

/// How often it misbehaves, in a thousand replies.
#[derive(Clone, Copy, Debug, Default)]
struct Manners {
    /// Refuses.
    refuses: u32,
    /// Says 421 and closes.
    closes: u32,
    /// Cuts the connection.
    severs: u32,
    /// Falls silent.
    stalls: u32,
    /// Says what has no business there: 199, 354 for 250, 250 for 354.
    oddities: u32,
    /// Says lines that are no replies.
    garbage: u32,
    /// Says replies of several lines.
    lines: u32,
    /// Refuses content before its end.
    interrupts: u32,
    /// Says a reply too many or too few.
    miscounts: u32,
    /// Accepts recipients of a message whose sender it refused.
    forgets: u32,
    /// Says replies without end.
    endless: u32,
}

/// What the next byte belongs to.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Reading {
    Command,
    Content { is_refused: bool },
    Chunk { left: usize, is_last: bool, is_refused: bool },
}

impl Rogue {
    pub(super) fn new(scenario: &Scenario, random: &mut Random) -> Self {
        let is_lmtp = scenario.peer.protocol == Protocol::Lmtp;
        let mut rogue = Self {
            manners: Manners::new(random),
            is_lmtp,
            offers: offers(random),
            said: Vec::new(),
            standing: Standing::Open,
            reading: Reading::Command,
            line: Vec::new(),
            has_sender: false,
            recipients: Vec::new(),
            content: Vec::new(),
            has_failed: false,
            is_consistent: true,
            random: random.fork(),
        };
        rogue.greet(scenario.has_pix);
        rogue
    }

    pub(super) fn hear(&mut self, bytes: &[u8], taken: &mut Vec<Taken>) {
        for byte in bytes {
            if self.standing != Standing::Open {
                return;
            }
            match self.reading {
                Reading::Command => {
                    self.line.push(*byte);
                    if *byte == b'\n' {
                        let line = std::mem::take(&mut self.line);
                        self.command(&String::from_utf8_lossy(&line), taken);
                    }
                }
                Reading::Content { is_refused } => self.hear_content(*byte, is_refused, taken),
                Reading::Chunk { left, is_last, is_refused } => {
                    self.content.push(*byte);
                    self.reading = Reading::Chunk { left: left - 1, is_last, is_refused };
                    if left == 1 {
                        self.end_chunk(is_last, is_refused, taken);
                    }
                }
            }
        }
    }

    pub(super) fn say(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.said)
    }

    pub(super) fn standing(&self) -> Standing {
        self.standing
    }

    pub(super) fn is_consistent(&self) -> bool {
        self.is_consistent
    }

    fn greet(&mut self, has_pix: bool) {
        if !self.answers(220) {
            return;
        }
        let text = if has_pix { "220 ****0**2*" } else { self.random.pick(&GREETINGS) };
        self.said.clear();
        self.said.extend(format!("{text}\r\n").bytes());
    }

    /// Answers as it should, or not; says whether it did.
    fn answers(&mut self, code: u16) -> bool {
        let manners = self.manners;
        let said = if self.random.chance(manners.closes) {
            self.standing = Standing::Closing;
            421
        } else if self.random.chance(manners.severs) {
            self.standing = Standing::Severed;
            return false;
        } else if self.random.chance(manners.stalls) {
            self.standing = Standing::Stalled;
            return false;
        } else if self.random.chance(manners.refuses) {
            self.random.pick(&[421, 450, 451, 452, 500, 502, 503, 550, 552, 554, 555])
        } else if self.random.chance(manners.oddities) {
            self.random.pick(&[199, 600, 999, 0, if code == 354 { 250 } else { 354 }])
        } else {
            code
        };
        self.reply(said);
        said == code
    }

    /// Says a reply, for better or worse.
    fn reply(&mut self, code: u16) {
        if self.random.chance(self.manners.miscounts) {
            self.is_consistent = false;
            if self.random.chance(500) {
                return;
            }
            self.reply_once(code);
        }
        self.reply_once(code);
    }

    fn reply_once(&mut self, code: u16) {
        if self.random.chance(self.manners.garbage) {
            self.mutter();
        }
        if self.random.chance(self.manners.endless) {
            self.said.extend(b"250-on and on\r\n".repeat(200));
        }
        if self.random.chance(self.manners.lines) {
            let other = self.random.pick(&[code, 250, 550]);
            for _ in 0..self.random.scale(1, 40) {
                self.said.extend(format!("{other:03}-5.7.1 more to come\r\n").bytes());
            }
        }
        let end = self.random.pick(&[" Ok\r\n", " 5.1.1 no\r\n", "\r\n", " \n", " 2.0.0 x\r\r\n"]);
        self.said.extend(format!("{code:03}{end}").bytes());
    }

    /// Says a line that is no reply.
    fn mutter(&mut self) {
        let garbage: &[&[u8]] =
            &[b"\r\n", b"~\xc3\xbc\xff\r\n", b"25\n", b"2500\r\n", b"\x1b[7m\0\r\n", b"+\r\n"];
        let garbage = self.random.pick(garbage);
        self.said.extend(garbage);
    }

    /// Forgets the message.
    fn reset(&mut self) {
        self.has_sender = false;
        self.recipients.clear();
        self.content.clear();
        self.has_failed = false;
    }
}

impl Manners {
    fn new(random: &mut Random) -> Self {
        let mut often = || if random.chance(250) { random.pick(&[10, 50, 300]) } else { 0 };
        let mut manners = Self {
            refuses: often(),
            closes: often() / 10,
            severs: often() / 10,
            stalls: often() / 20,
            oddities: often() / 2,
            garbage: often(),
            lines: often(),
            interrupts: often() / 10,
            forgets: often(),
            ..Self::default()
        };
        if random.chance(60) {
            manners.miscounts = random.pick(&[10, 100]);
        }
        if random.chance(30) {
            manners.endless = 50;
        }
        manners
    }
}

fn offers(random: &mut Random) -> Vec<String> {
    let mut offers = Vec::new();
    let all = [
        "PIPELINING",
        "pipelining",
        "CHUNKING",
        "CHUNKING",
        "8BITMIME",
        "SMTPUTF8",
        "DSN",
        "AUTH X",
        "SIZE",
        "SIZE 900",
        "SIZE 20000",
        "LIMITS MAILMAX=2",
        "LIMITS RCPTMAX=5 MAILMAX=9",
        "XFORWARD NAME ADDR HELO",
        "X-ODD a=b",
        "",
        "AUTH=PLAIN",
    ];
    for offer in all {
        if random.chance(if offer.eq_ignore_ascii_case("PIPELINING") { 600 } else { 300 }) {
            offers.push(offer.into());
        }
    }
    // By no number of its own: older seeds stay what they were.
    if offers.len() % 3 == 0 {
        offers.push("REQUIRETLS".into());
    }
    offers
}

/// Greetings: the usual one, some without ESMTP, one that says nothing.
const GREETINGS: [&str; 4] =
    ["220 mx.example ESMTP", "220 mx.example", "220-first\r\n220 mx.example", "220"];
