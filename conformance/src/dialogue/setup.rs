//! What a conversation is set up with: the `with` lines of a dialogue.

use std::sync::Arc;

use envoi_proto::tls::{Fingerprints, Level, Policy, default_provider};
use envoi_proto::{
    BareCr, Circumstances, Config, Conversion, Farewell, Hello, Peer, Per, PixWorkarounds,
    Protocol, Quoting, ReversePath, Server, TlsStart,
};

use super::login::Login;
use super::message::Message;
use super::reply_filter::ReplyFilter;
use super::tls::{self, Certificate};
use super::value::{choice, duration, list, parse, yes};

/// The circumstances of a dialogue.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The configuration.
    pub config: Config,
    /// The server.
    pub peer: Peer,
    /// What fates depend on.
    pub circumstances: Circumstances,
    /// The certificate that the server shows.
    pub certificate: Certificate,
    login: Login,
    /// What addresses are rewritten to.
    pub(super) generic: Vec<(String, ReversePath)>,
    /// What the server is taken to have said.
    pub reply_filter: Option<ReplyFilter>,
    /// Whether the server's flights arrive in one piece.
    pub is_whole: bool,
    /// Whether there is TLS on our side, if the conversation asks for it.
    has_engine: bool,
    /// The settings that were given, as the file has them.
    pub given: Vec<(String, String)>,
}

impl Setup {
    /// The defaults: `client.example` speaks SMTP to `mx.example`.
    pub(super) fn new() -> Self {
        let name = "client.example".parse().expect("it is a domain");
        Self {
            config: Config::new(name),
            peer: Peer::new("mx.example"),
            circumstances: Circumstances::default(),
            certificate: Certificate::default(),
            login: Login::default(),
            generic: Vec::new(),
            reply_filter: None,
            is_whole: false,
            has_engine: true,
            given: Vec::new(),
        }
    }

    /// Takes a setting; says whether there is one of that name.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Result<bool, String> {
        if !self.login.set(name, value)? {
            let Some((_, set)) = SETTINGS.iter().find(|(known, _)| *known == name) else {
                return Ok(false);
            };
            set(self, value)?;
        }
        self.given.push((name.into(), value.into()));
        Ok(true)
    }

    /// The configuration, with a TLS engine of its own where the conversation asks for TLS.
    pub fn config(&self) -> Config {
        let mut config = self.config.clone();
        let is_asked = self.has_engine && self.peer.level() != Level::None;
        config.tls = is_asked.then(|| Arc::new(tls::engine(default_provider())));
        config
    }

    /// Puts together what several settings say.
    pub(super) fn complete(&mut self) -> Result<(), String> {
        self.peer.auth = self.login.attempt()?;
        if self.peer.tls.level == Level::Fingerprint && self.peer.tls.fingerprints.0.is_empty() {
            let its = tls::fingerprint(self.certificate);
            self.peer.tls.fingerprints = Fingerprints(vec![its]);
        }
        Ok(())
    }

    /// The value of a setting, if it was given.
    pub fn value(&self, name: &str) -> Option<&str> {
        let given = self.given.iter().rfind(|(known, _)| known == name);
        given.map(|(_, value)| &**value)
    }
}

type Set<T> = fn(&mut T, &str) -> Result<(), String>;

/// Every setting of a conversation, by its name.
const SETTINGS: &[(&str, Set<Setup>)] = &[
    ("helo_name", |s, v| parse(v).map(|v| s.config.helo_name = v)),
    ("myhostname", |s, v| parse(v).map(|v| s.config.host_name = v)),
    ("protocol", |s, v| {
        let words = [("smtp", Protocol::Smtp), ("lmtp", Protocol::Lmtp)];
        choice(v, &words).map(|v| s.peer.protocol = v)
    }),
    ("always_send_ehlo", |s, v| {
        let words = [("yes", Hello::Ehlo), ("no", Hello::EhloIfOffered)];
        choice(v, &words).map(|v| s.config.hello = v)
    }),
    ("never_send_ehlo", |s, v| {
        let words = [("yes", Hello::Helo), ("no", Hello::Ehlo)];
        choice(v, &words).map(|v| s.config.hello = v)
    }),
    ("discard_ehlo_keywords", |s, v| {
        let words: Result<_, _> = list(v).map(parse).collect();
        words.map(|words| s.peer.ignore = words)
    }),
    ("discard_ehlo_keyword_address_maps", |s, v| {
        choice(v, &FAILS).map(|v| s.peer.unknown.ignore = v)
    }),
    ("pix_workaround_maps", |s, v| choice(v, &FAILS).map(|v| s.peer.unknown.pix = v)),
    ("sasl_password_maps", |s, v| choice(v, &FAILS).map(|v| s.peer.unknown.auth = v)),
    ("reply_filter", |s, v| parse(v).map(|v| s.reply_filter = Some(v))),
    ("generic_maps", |s, v| generic(v).map(|v| s.generic = v)),
    ("smtputf8_enable", |s, v| yes(v).map(|v| s.config.smtputf8 = v)),
    ("quote_rfc821_envelope", |s, v| {
        let words = [("yes", Quoting::AsNeeded), ("no", Quoting::Never)];
        choice(v, &words).map(|v| s.config.quoting = v)
    }),
    ("send_xforward_command", |s, v| yes(v).map(|v| s.config.send_xforward = v)),
    ("send_dummy_mail_auth", |s, v| yes(v).map(|v| s.config.send_mail_auth = v)),
    ("line_length_limit", |s, v| {
        parse(v).map(|v| s.config.line_length_limit = std::num::NonZeroUsize::new(v))
    }),
    ("bare_cr", |s, v| {
        let words = [("space", BareCr::Space), ("keep", BareCr::Keep)];
        choice(v, &words).map(|v| s.config.bare_cr = v)
    }),
    ("disable_mime_output_conversion", |s, v| {
        let words = [("yes", Conversion::Off), ("no", Conversion::AsPostfix)];
        choice(v, &words).map(|v| s.config.conversion = v)
    }),
    ("conversion", |s, v| {
        choice(v, &[("sound", Conversion::Sound)]).map(|v| s.config.conversion = v)
    }),
    ("mime_nesting_limit", |s, v| parse(v).map(|v| s.config.mime.nesting = v)),
    ("mime_boundary_length_limit", |s, v| parse(v).map(|v| s.config.mime.boundary = v)),
    ("skip_quit_response", |s, v| {
        let words = [("yes", Farewell::Hasty), ("no", Farewell::Polite)];
        choice(v, &words).map(|v| s.config.farewell = v)
    }),
    ("pix_workarounds", |s, v| {
        let has = |word| list(v).any(|given| given == word);
        s.peer.pix =
            PixWorkarounds { disable_esmtp: has("disable_esmtp"), delay_dot: has("delay_dotcrlf") };
        Ok(())
    }),
    ("pix_workaround_delay_time", |s, v| duration(v).map(|v| s.config.pix_delay = v)),
    ("pix_workaround_threshold_time", |s, v| duration(v).map(|v| s.config.pix_threshold = v)),
    ("overlap", |s, v| yes(v).map(|v| s.peer.overlap = v)),
    ("chunking", |s, v| parse(v).map(|v| s.peer.chunking = Some(v))),
    ("output_buffer", |s, v| parse(v).map(|v| s.config.output_buffer = v)),
    ("soft_bounce", |s, v| yes(v).map(|v| s.circumstances.soft_bounce = v)),
    ("skip_5xx_greeting", |s, v| yes(v).map(|v| s.circumstances.skip_5xx_greeting = v)),
    ("sasl_security_options", |s, v| parse(v).map(|v| s.config.auth.plaintext = v)),
    ("sasl_tls_security_options", |s, v| parse(v).map(|v| s.config.auth.tls = v)),
    ("sasl_tls_verified_security_options", |s, v| parse(v).map(|v| s.config.auth.verified = v)),
    ("sasl_mechanism_filter", |s, v| parse(v).map(|v| s.config.auth.filter = v)),
    ("sasl_auth_soft_bounce", |s, v| yes(v).map(|v| s.circumstances.auth_soft_bounce = v)),
    ("tls", |s, v| {
        let level: Level = parse(v)?;
        s.peer.tls = Policy::new(level);
        Ok(())
    }),
    ("requiretls_policy", |s, v| parse(v).map(|v| s.peer.require_tls = v)),
    ("tls_wrappermode", |s, v| {
        let words = [("yes", TlsStart::Implicit), ("no", TlsStart::Starttls)];
        choice(v, &words).map(|v| s.peer.tls_start = v)
    }),
    ("portions", |s, v| choice(v, &[("whole", true), ("all", false)]).map(|v| s.is_whole = v)),
    ("tls_engine", |s, v| yes(v).map(|v| s.has_engine = v)),
    ("fingerprint", |s, v| parse(v).map(|v| s.peer.tls.fingerprints = v)),
    ("nexthop", |s, v| {
        s.peer.next_hop = v.into();
        Ok(())
    }),
    ("certificate", |s, v| choice(v, &CERTIFICATES).map(|v| s.certificate = v)),
    ("tls_block_early_mail_reply", |s, v| yes(v).map(|v| s.config.block_early_mail_reply = v)),
    ("reply_line_limit", |s, v| parse(v).map(|v| s.config.reply_line_limit = v)),
    ("starttls_timeout", |s, v| duration(v).map(|v| s.config.time_limits.starttls = v)),
    ("last_server", |s, v| {
        let words = [("yes", Server::Last), ("no", Server::OneOfSeveral)];
        choice(v, &words).map(|v| s.circumstances.server = v)
    }),
    ("helo_timeout", |s, v| duration(v).map(|v| s.config.time_limits.hello = v)),
    ("xforward_timeout", |s, v| duration(v).map(|v| s.config.time_limits.xforward = v)),
    ("mail_timeout", |s, v| duration(v).map(|v| s.config.time_limits.mail = v)),
    ("rcpt_timeout", |s, v| duration(v).map(|v| s.config.time_limits.recipient = v)),
    ("data_init_timeout", |s, v| duration(v).map(|v| s.config.time_limits.data = v)),
    ("data_xfer_timeout", |s, v| duration(v).map(|v| s.config.time_limits.content = v)),
    ("data_done_timeout", |s, v| duration(v).map(|v| s.config.time_limits.end_of_data = v)),
    ("rset_timeout", |s, v| duration(v).map(|v| s.config.time_limits.reset = v)),
    ("quit_timeout", |s, v| duration(v).map(|v| s.config.time_limits.quit = v)),
    ("min_data_rate", |s, v| {
        parse(v).map(|v| s.config.time_limits.per = Per::Request { minimum_rate: v })
    }),
];

/// A table that cannot be asked.
const FAILS: [(&str, bool); 1] = [("fail:table", true)];

/// Reads `inline:{FROM=TO,FROM=TO}`.
fn generic(value: &str) -> Result<Vec<(String, ReversePath)>, String> {
    let inside = value.strip_prefix("inline:{").and_then(|rest| rest.strip_suffix('}'));
    let pair = |pair: &str| {
        let (from, to) = pair.split_once('=').ok_or("expected FROM=TO")?;
        Ok((from.to_owned(), parse(to)?))
    };
    list(inside.ok_or("expected inline:{FROM=TO}")?).map(pair).collect()
}

const CERTIFICATES: [(&str, Certificate); 6] = [
    ("good", Certificate::Good),
    ("expired", Certificate::Expired),
    ("wrong-name", Certificate::WrongName),
    ("untrusted", Certificate::Untrusted),
    ("self-signed", Certificate::SelfSigned),
    ("wildcard", Certificate::Wildcard),
];

/// Takes a setting of a conversation or of its messages.
pub(super) fn set(
    setup: &mut Setup,
    message: &mut Message,
    name: &str,
    value: &str,
) -> Result<(), String> {
    if setup.set(name, value)? || message.set(name, value)? {
        return Ok(());
    }
    Err(format!("unknown setting {name:?}"))
}
