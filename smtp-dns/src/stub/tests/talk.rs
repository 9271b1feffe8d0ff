//! A stub resolver, with a driver that is told what servers do.

use alloc::collections::{BTreeMap, VecDeque};
use alloc::string::String;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;

use crate::answer::Answer;
use crate::message::Draft;
use crate::query::{Kind, Query};
use crate::resolv_conf::ResolvConf;
use crate::stub::{Action, Completion, SocketId, Stub};
use crate::time::Instant;

pub(super) struct Talk {
    stub: Stub,
    pub(super) now: Instant,
    /// The place of the server, and whether it is a stream.
    sockets: BTreeMap<SocketId, (usize, bool)>,
    /// Questions that nobody has looked at.
    questions: VecDeque<Question>,
    /// How often something was sent.
    pub(super) sends: usize,
}

/// A question that a server got.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) socket: SocketId,
    pub(super) server: usize,
    pub(super) is_stream: bool,
    pub(super) message: Vec<u8>,
}

impl Talk {
    pub(super) fn new(config: ResolvConf) -> Self {
        Self::seeded(config, 0)
    }

    pub(super) fn seeded(config: ResolvConf, seed: u8) -> Self {
        Self {
            stub: Stub::new(config.into(), [seed; 32]),
            now: Instant::ORIGIN,
            sockets: BTreeMap::new(),
            questions: VecDeque::new(),
            sends: 0,
        }
    }

    pub(super) fn completing(mut self, completion: Completion) -> Self {
        self.stub = self.stub.with_completion(completion);
        self
    }

    pub(super) fn ask(&mut self, name: &str, kind: Kind) {
        self.stub.ask(Query { name: name.parse().unwrap(), kind }, self.now);
    }

    pub(super) fn abandon(&mut self, name: &str, kind: Kind) -> bool {
        self.stub.abandon(&Query { name: name.parse().unwrap(), kind }, self.now)
    }

    /// The next question that a server gets.
    pub(super) fn hears(&mut self) -> Question {
        self.poll();
        self.questions.pop_front().expect("a question was to be asked")
    }

    pub(super) fn says_nothing_more(&mut self) {
        self.poll();
        assert!(self.questions.is_empty(), "{:?}", self.questions);
    }

    /// The server answers.
    pub(super) fn says(&mut self, question: &Question, write: impl FnOnce(Draft) -> Draft) {
        let answer = write(Draft::to(&question.message)).bytes();
        self.says_bytes(question, &answer);
    }

    /// Something comes where the answer was to come.
    pub(super) fn says_bytes(&mut self, question: &Question, message: &[u8]) {
        if question.is_stream {
            let length = u16::try_from(message.len()).unwrap().to_be_bytes();
            let bytes = [&length, message].concat();
            return self.stub.handle_input(question.socket, &bytes, self.now);
        }
        self.stub.handle_input(question.socket, message, self.now);
    }

    /// Bytes come on a stream.
    pub(super) fn says_part(&mut self, question: &Question, bytes: &[u8]) {
        self.stub.handle_input(question.socket, bytes, self.now);
    }

    pub(super) fn fails(&mut self, question: &Question) {
        self.stub.handle_failed(question.socket, self.now);
    }

    /// Lets the time come at which something is due. Tells how many seconds that took.
    pub(super) fn waits(&mut self) -> u64 {
        let due = self.stub.poll_timeout().expect("something is waited for");
        let waited = due.since(self.now).as_secs();
        self.now = due;
        self.stub.handle_timeout(due);
        waited
    }

    pub(super) fn wait_for(&mut self, duration: Duration) {
        self.now = self.now + duration;
        self.stub.handle_timeout(self.now);
    }

    pub(super) fn answer(&mut self) -> (Query, Answer) {
        self.try_answer().expect("there is an answer")
    }

    pub(super) fn try_answer(&mut self) -> Option<(Query, Answer)> {
        self.stub.poll_answer()
    }

    /// How many sockets are open.
    pub(super) fn open(&mut self) -> usize {
        self.poll();
        self.sockets.len()
    }

    /// Nothing is asked, waited for or left open.
    pub(super) fn is_over(&mut self) {
        self.says_nothing_more();
        assert_eq!(self.stub.poll_answer(), None);
        assert_eq!(self.stub.poll_timeout(), None);
        assert!(self.sockets.is_empty(), "{:?}", self.sockets);
        assert!(self.stub.lookups.is_empty() && self.stub.under_way.is_empty());
    }

    fn poll(&mut self) {
        while let Some(action) = self.stub.poll_action() {
            match action {
                Action::OpenDatagram { socket, server } => self.opens(socket, server, false),
                Action::OpenStream { socket, server } => self.opens(socket, server, true),
                Action::Send { socket, bytes } => self.sends(socket, &bytes),
                Action::Close { socket } => {
                    self.sockets.remove(&socket).expect("it is closed once");
                }
            }
        }
    }

    fn opens(&mut self, socket: SocketId, server: SocketAddr, is_stream: bool) {
        let place = usize::from(server.port() - 5300);
        let before = self.sockets.insert(socket, (place, is_stream));
        assert_eq!(before, None, "numbers are not used again");
    }

    fn sends(&mut self, socket: SocketId, mut bytes: &[u8]) {
        self.sends += 1;
        let (server, is_stream) = self.sockets[&socket];
        while !bytes.is_empty() {
            let mut length = bytes.len();
            if is_stream {
                length = u16::from_be_bytes([bytes[0], bytes[1]]).into();
                bytes = &bytes[2..];
            }
            let (message, rest) = bytes.split_at(length);
            let message = message.to_vec();
            self.questions.push_back(Question { socket, server, is_stream, message });
            bytes = rest;
        }
    }
}

impl Question {
    pub(super) fn id(&self) -> [u8; 2] {
        [self.message[0], self.message[1]]
    }

    /// The number of the kind of records.
    pub(super) fn kind(&self) -> u8 {
        let end = 12 + self.message[12..].iter().position(|byte| *byte == 0).unwrap();
        self.message[end + 2]
    }

    /// Whether EDNS may be used.
    pub(super) fn has_edns(&self) -> bool {
        self.message[11] == 1
    }

    pub(super) fn name(&self) -> String {
        let mut labels = Vec::new();
        let mut rest = &self.message[12..];
        while rest[0] != 0 {
            let (label, after) = rest[1..].split_at(rest[0].into());
            labels.push(core::str::from_utf8(label).unwrap().to_ascii_lowercase());
            rest = after;
        }
        labels.join(".")
    }
}

/// So many servers, each with 5 s for its answer, in two rounds.
pub(super) fn config(servers: u16) -> ResolvConf {
    ResolvConf {
        servers: (0..servers).map(|place| ([127, 0, 0, 1], 5300 + place).into()).collect(),
        search: Vec::new(),
        ndots: 1,
        timeout: Duration::from_secs(5),
        attempts: 2,
        rotate: false,
        use_tcp: false,
        edns: true,
        trust_ad: false,
    }
}

/// The address of a host.
pub(super) const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);
