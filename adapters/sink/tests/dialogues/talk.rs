//! A client in memory.

use std::sync::Arc;

use envoi_sink::{Extensions, Fault, Handshake, Limits, Message, Options, Protocol, Session, Tls};

/// A session and what it said that no test has looked at.
pub(crate) struct Talk {
    session: Session,
}

impl Talk {
    /// A session whose greeting was not heard yet.
    pub(crate) fn new(options: Options) -> Self {
        Self { session: Session::new(Arc::new(options)) }
    }

    /// A session after the reply to EHLO.
    pub(crate) fn greeted(options: Options) -> Self {
        let hello = match options.protocol {
            Protocol::Smtp => "EHLO client.example\r\n",
            Protocol::Lmtp => "LHLO client.example\r\n",
        };
        let mut talk = Self::new(options);
        talk.says(hello);
        talk.all();
        talk
    }

    /// A session after the replies to MAIL and one RCPT.
    pub(crate) fn addressed(options: Options) -> Self {
        let mut talk = Self::greeted(options);
        talk.says("MAIL FROM:<ann@client.example>\r\nRCPT TO:<bob@mx.example>\r\n");
        talk.hears("250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n");
        talk
    }

    /// The client says STARTTLS, hears that it may begin, and comes back with a handshake.
    #[track_caller]
    pub(crate) fn secures(&mut self, handshake: Handshake) {
        self.says("STARTTLS\r\n");
        assert!(self.all().ends_with("Ready to start TLS\r\n"));
        assert!(self.session.wants_tls());
        self.session.handle_tls(handshake);
    }

    /// The client transmits, at once.
    #[track_caller]
    pub(crate) fn says(&mut self, input: &str) {
        self.session.handle_input(input.as_bytes());
    }

    /// All that the sink said since the client last listened.
    #[track_caller]
    pub(crate) fn hears(&mut self, expected: &str) {
        assert_eq!(self.all(), expected);
    }

    /// The client says a line and hears a reply.
    #[track_caller]
    pub(crate) fn exchanges(&mut self, line: &str, reply: &str) {
        self.says(&format!("{line}\r\n"));
        self.hears(&format!("{reply}\r\n"));
    }

    /// What [`hears`](Self::hears) would look at.
    pub(crate) fn all(&mut self) -> String {
        let output = String::from_utf8(self.session.output().to_vec()).expect("ASCII");
        self.session.handle_transmitted(output.len());
        output
    }

    /// The message accepted next.
    #[track_caller]
    pub(crate) fn message(&mut self) -> Message {
        self.session.poll_message().expect("a message was accepted")
    }

    /// The contents of all accepted messages.
    pub(crate) fn contents(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.session.poll_message())
            .map(|message| String::from_utf8(message.content).expect("text"))
            .collect()
    }

    pub(crate) fn session(&mut self) -> &mut Session {
        &mut self.session
    }
}

/// Options with one fault.
pub(crate) fn failing(fault: &str) -> Options {
    Options { faults: vec![fault.parse::<Fault>().expect("a fault")], ..Options::default() }
}

/// Options that offer STARTTLS, and nothing else.
pub(crate) fn securing() -> Options {
    let tls = Tls::self_made("sink.example").expect("a certificate");
    Options { tls: Some(tls), ..offering(Extensions::none()) }
}

/// Options that speak LMTP.
pub(crate) fn lmtp() -> Options {
    Options { protocol: Protocol::Lmtp, ..Options::default() }
}

/// Options that offer `extensions`.
pub(crate) fn offering(extensions: Extensions) -> Options {
    Options { extensions, ..Options::default() }
}

/// Options with limits on messages and recipients.
pub(crate) fn limited(mail_max: Option<u32>, rcpt_max: Option<u32>) -> Options {
    let limits = Limits { mail_max, rcpt_max };
    offering(Extensions { limits, ..Extensions::default() })
}
