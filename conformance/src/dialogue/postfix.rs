//! A dialogue as Postfix plays it: settings are parameters of a transport, and the message is
//! submitted.

use std::net::SocketAddr;

use envoi_proto::{
    BareCr, Body, Orcpt, Protocol, Purpose, Recipient, Ret, Smtputf8, Stuffing, TlsStart,
};

use super::line::{Action, Expected, Line};
use super::{Dialogue, Message, Mismatch, Number, Obstacle, Setup};
use crate::servers::{self, Outcome, PostfixClient, QueueId, Route, Status, Submission};
use crate::witness::Encoding;

/// A dialogue that Postfix can play.
#[derive(Clone, Debug)]
pub struct Performance {
    /// The dialogue, with a header in front of the content.
    dialogue: Dialogue,
    route: String,
    sender: String,
    mail: String,
    recipients: Vec<(String, String)>,
}

impl Performance {
    /// Prepares a dialogue.
    ///
    /// # Errors
    /// If Postfix cannot be brought to play it.
    pub fn of(dialogue: &Dialogue) -> Result<Self, Obstacle> {
        obstacle(dialogue).map_or(Ok(()), Err)?;
        let envelope = &dialogue.messages[0].envelope;
        let recipient = |r: &Recipient| (r.address.to_string(), rcpt_parameters(r));
        Ok(Self {
            route: dialogue.name().replace('_', "-"),
            sender: envelope.sender.to_string(),
            mail: mail_parameters(&dialogue.messages[0], dialogue.offers_8bitmime()),
            recipients: envelope.recipients.iter().map(recipient).collect(),
            dialogue: with_header(dialogue.clone()),
        })
    }

    /// The dialogue as Postfix should hold it.
    pub fn dialogue(&self) -> &Dialogue {
        &self.dialogue
    }

    /// A transport of its own, which leads to a server.
    pub fn route(&self, to: SocketAddr) -> Route {
        Route {
            name: self.route.clone(),
            protocol: match self.dialogue.setup.peer.protocol {
                Protocol::Smtp => servers::Protocol::Smtp,
                Protocol::Lmtp => servers::Protocol::Lmtp,
            },
            next_hop: Route::next_hop(&[to]),
            parameters: parameters(&self.dialogue.setup),
        }
    }

    /// Hands the message over.
    ///
    /// # Errors
    /// If it is refused.
    pub fn submit(&self, client: &PostfixClient) -> Result<QueueId, servers::Error> {
        // SMTP has lines; all else is left to Postfix.
        let mut as_lines = self.dialogue.setup.config.clone();
        (as_lines.line_length_limit, as_lines.bare_cr) = (None, BareCr::Keep);
        let content =
            Encoding::new(&as_lines).of(self.dialogue.messages[0].content(), Stuffing::None);
        let recipients: Vec<_> = self.recipients.iter().map(|(to, p)| (&**to, &**p)).collect();
        client.submit(&Submission {
            route: &self.route,
            sender: &self.sender,
            parameters: &self.mail,
            recipients: &recipients,
            content: &content,
        })
    }

    /// Compares what Postfix logged with the verdicts of the file.
    ///
    /// # Errors
    /// The first one that differs.
    pub fn check(&self, outcomes: &[Outcome]) -> Result<(), Box<Mismatch>> {
        for expected in &self.dialogue.verdicts {
            let outcome = outcomes.iter().find(|o| o.recipient == expected.recipient);
            if !outcome.is_some_and(|outcome| is_met(expected, outcome)) {
                let seen = outcome.map_or_else(|| "(nothing)".into(), shown);
                return Err(self.dialogue.other_verdict(expected, seen, "by Postfix"));
            }
        }
        Ok(())
    }
}

/// Why Postfix cannot play a dialogue.
fn obstacle(dialogue: &Dialogue) -> Option<Obstacle> {
    let Setup { config, circumstances, .. } = &dialogue.setup;
    let [message] = &dialogue.messages[..] else {
        return Some(dialogue.obstacle_to_connections().unwrap_or(Obstacle::Messages));
    };
    let Message { envelope, length, breaks_after, .. } = message;
    let is_whole = *length == Number::Unknown && breaks_after.is_none();
    let is_bare = |recipient: &Recipient| recipient.address.mailbox().domain().is_none();
    let told = config.send_xforward && envelope.xforward.is_some();
    let others = [
        (envelope.purpose != Purpose::Deliver, Obstacle::Probe),
        (told, Obstacle::Origin),
        (!is_whole, Obstacle::Content),
        (envelope.recipients.iter().any(is_bare), Obstacle::Domain),
        (envelope.recipients.len() > RECIPIENTS_MAX, Obstacle::Recipients),
        (!envelope.recipients.is_sorted_by_key(place), Obstacle::Order),
        (circumstances.server != envoi_proto::Server::Last, Obstacle::Server),
        (has_no_password(dialogue), Obstacle::Credentials),
        (speaks_tls(dialogue), Obstacle::Tls),
    ];
    let other = || others.iter().find(|(is_so, _)| *is_so).map(|(_, obstacle)| *obstacle);
    dialogue.obstacle_to_connections().or_else(other)
}

/// Whether somebody logs in by what Postfix's library does not do, or chooses at random.
fn has_no_password(dialogue: &Dialogue) -> bool {
    let others = ["token", "credentials", "acting_as", "nonce", "rejection"];
    others.iter().any(|name| dialogue.setup.value(name).is_some())
}

fn speaks_tls(dialogue: &Dialogue) -> bool {
    let Setup { peer, .. } = &dialogue.setup;
    let has_handshake = dialogue.lines.iter().any(|line| line.action == Action::Tls);
    has_handshake
        || peer.tls_start == TlsStart::Implicit
        || dialogue.setup.value("tls_engine").is_some()
}

/// What qmgr(8) sorts recipients by.
fn place(recipient: &Recipient) -> (String, String) {
    let mailbox = recipient.address.mailbox();
    let domain = mailbox.domain().unwrap_or_default().to_lowercase();
    (domain, mailbox.local_part().to_lowercase())
}

/// The settings of a conversation as parameters of smtp(8) or lmtp(8).
fn parameters(setup: &Setup) -> Vec<(String, String)> {
    let agent = match setup.peer.protocol {
        Protocol::Smtp => "smtp",
        Protocol::Lmtp => "lmtp",
    };
    let helo_name = setup.config.helo_name.to_string();
    let mut parameters = vec![
        ("myhostname".to_owned(), setup.config.host_name.to_string()),
        ("smtp_helo_name".to_owned(), helo_name.clone()),
        ("lmtp_lhlo_name".to_owned(), helo_name),
    ];
    parameters.extend(login(setup, agent).into_iter().flatten());
    for (name, value) in &setup.given {
        let name = match &**name {
            // Said above, or of no meaning to Postfix.
            "helo_name" | "myhostname" | "protocol" | "overlap" | "chunking" | "output_buffer"
            | "bare_cr" | "last_server" | "user" | "password" | "portions" => continue,
            "tls" => format!("{agent}_tls_security_level"),
            "soft_bounce"
            | "smtputf8_enable"
            | "disable_mime_output_conversion"
            | "mime_nesting_limit"
            | "mime_boundary_length_limit" => name.clone(),
            "reply_line_limit" => "line_length_limit".into(),
            "sasl_password_maps" => {
                parameters.push((format!("{agent}_sasl_auth_enable"), "yes".into()));
                format!("{agent}_{name}")
            }
            // LMTP has no such parameter, and must not heed that of SMTP.
            "always_send_ehlo" | "never_send_ehlo" => format!("smtp_{name}"),
            _ => format!("{agent}_{name}"),
        };
        let value = if value == "none" { String::new() } else { value.clone() };
        parameters.push((name, value));
    }
    parameters
}

/// The parameters by which Postfix logs in.
fn login(setup: &Setup, agent: &str) -> Option<[(String, String); 2]> {
    let (user, password) = (setup.value("user")?, setup.value("password")?);
    let maps = format!("static:{user}:{password}");
    Some([
        (format!("{agent}_sasl_auth_enable"), "yes".into()),
        (format!("{agent}_sasl_password_maps"), maps),
    ])
}

fn mail_parameters(message: &Message, is_8bit_offered: bool) -> String {
    let envelope = &message.envelope;
    // Postfix knows no size of what it may have to convert.
    let is_7bit = message.content().is_ascii() && !is_8bit_offered;
    let body = envelope.body.or_else(|| is_7bit.then_some(Body::SevenBit)).map(|body| match body {
        Body::SevenBit => "BODY=7BIT".to_owned(),
        Body::EightBitMime => "BODY=8BITMIME".to_owned(),
    });
    let ret = envelope.ret.map(|ret| match ret {
        Ret::Full => "RET=FULL".to_owned(),
        Ret::Headers => "RET=HDRS".to_owned(),
    });
    let is_utf8 = envelope.requires_smtputf8() || envelope.smtputf8 == Smtputf8::Requested;
    let utf8 = is_utf8.then(|| "SMTPUTF8".to_owned());
    let envid = envelope.envid.as_ref().map(|id| format!("ENVID={}", xtext(id.as_str())));
    let all: Vec<String> = [body, utf8, ret, envid].into_iter().flatten().collect();
    all.join(" ")
}

fn rcpt_parameters(recipient: &Recipient) -> String {
    let orcpt = |orcpt: &Orcpt| format!("ORCPT={};{}", orcpt.kind(), xtext(orcpt.address()));
    let orcpt = recipient.orcpt.as_ref().map(orcpt);
    let notify = recipient.notify.map(|notify| format!("NOTIFY={notify}"));
    let all: Vec<String> = [orcpt, notify].into_iter().flatten().collect();
    all.join(" ")
}

/// RFC 3461, 4 and RFC 6533, 3.
fn xtext(text: &str) -> String {
    let encode = |c: char| match c {
        '!'..='~' if c != '+' && c != '=' => c.to_string(),
        c if c.is_ascii() => format!("+{:02X}", u32::from(c)),
        c => format!("\\x{{{:X}}}", u32::from(c)),
    };
    text.chars().map(encode).collect()
}

/// Puts a header in front of content that has none, which cleanup(8) would change otherwise.
fn with_header(mut dialogue: Dialogue) -> Dialogue {
    let message = &mut dialogue.messages[0];
    let is_utf8 = message.envelope.smtputf8 == Smtputf8::Required;
    if has_header(message.content()) && !is_utf8 {
        return dialogue;
    }
    let header = if is_utf8 { HEADER_UTF8 } else { HEADER };
    let is_empty = message.content().is_empty();
    message.content = Some([header.as_bytes(), message.content()].concat());
    let is_first = |line: &Line| match &line.action {
        Action::Content(_) => true,
        Action::Client(command) => is_empty && command == b".\r\n",
        Action::Elided(_)
        | Action::Tls
        | Action::Hello
        | Action::Alert(_)
        | Action::Server(_)
        | Action::Ending(_)
        | Action::Wait(_)
        | Action::TimedOut
        | Action::Application(_)
        | Action::Idle => false,
    };
    if let Some(first) = dialogue.lines.iter().position(is_first) {
        let action = Action::Content(header.as_bytes().to_vec());
        let number = dialogue.lines[first].number;
        dialogue.lines.insert(first, Line { number, action });
    }
    dialogue
}

/// Whether content begins with a field, and an empty line comes at all.
fn has_header(content: &[u8]) -> bool {
    let name = content.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-');
    let is_field = content.get(name.count()) == Some(&b':');
    is_field && content.windows(4).any(|bytes| bytes == b"\r\n\r\n")
}

fn is_met(expected: &Expected, outcome: &Outcome) -> bool {
    let verdict = verdict(outcome.status);
    let text = text(outcome);
    let is_uncertain = text.ends_with("message may be sent more than once");
    (&*expected.verdict, &*expected.status) == (verdict, &*outcome.dsn)
        && expected.is_uncertain == is_uncertain
        && expected.text.as_ref().is_none_or(|expected| *expected == text)
}

fn verdict(status: Status) -> &'static str {
    match status {
        Status::Sent => "sent",
        Status::Deferred | Status::SoftBounced => "deferred",
        Status::Bounced => "bounced",
        Status::Expired => "expired",
    }
}

/// What Postfix says of a recipient, with the server's name as files have it.
fn text(outcome: &Outcome) -> String {
    outcome.text.replace("127.0.0.1[127.0.0.1]", "mx.example")
}

fn shown(outcome: &Outcome) -> String {
    let Outcome { recipient, dsn, status, .. } = outcome;
    format!("= {recipient} {} {dsn} ({})", verdict(*status), text(outcome))
}

/// How many recipients Postfix sends in one transaction.
const RECIPIENTS_MAX: usize = 50;

const HEADER: &str = "Subject: dialogue\r\n\r\n";

const HEADER_UTF8: &str = "Subject: di\u{e1}logo\r\n\r\n";
