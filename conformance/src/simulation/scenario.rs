//! What a seed decides before anything happens.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use envoi_proto::auth::{Attempt, Credentials, SecurityOptions};
use envoi_proto::tls::{Level, Policy, default_provider};
use envoi_proto::{
    BareCr, Config, Conversion, Farewell, Hello, Keyword, Peer, Per, PixWorkarounds, Protocol,
    Quoting, RequireTls, TimeLimits, TlsRequest, TlsStart,
};
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::kx_group::X25519;

use super::message::Message;
use crate::dialogue::tls_engine;
use crate::seeded::Random;

/// Everything that shapes a run.
#[derive(Debug)]
pub(super) struct Scenario {
    pub(super) config: Config,
    pub(super) peer: Peer,
    pub(super) messages: Vec<Message>,
    pub(super) habits: Habits,
    pub(super) weather: Weather,
    /// Whether the server is the receiver that Envoi ships, or one that misbehaves.
    pub(super) is_sink: bool,
    /// Whether a PIX stands before the server.
    pub(super) has_pix: bool,
    /// Whether the server speaks TLS, and when it begins.
    pub(super) tls: Option<TlsStart>,
    /// Whether it knows who we are.
    pub(super) has_auth: bool,
}

/// How the application goes about its work.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habits {
    /// Times in a thousand that it lets the client wait.
    pub(super) dawdles: u32,
    /// How long then.
    pub(super) pause: Duration,
    /// Most content given at once.
    pub(super) piece: usize,
    /// Times in a thousand that it quits out of turn.
    pub(super) quits: u32,
    /// Times in a thousand that it breaks the conversation off.
    pub(super) aborts: u32,
    /// How often it parks and probes an idle conversation before it quits.
    pub(super) probes: usize,
    /// Whether it leaves an idle conversation open for good.
    pub(super) lingers: bool,
}

/// What the network does to the bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Weather {
    /// Most bytes that move at once.
    pub(super) portion: usize,
    /// Bytes that may be under way in one direction.
    pub(super) capacity: usize,
    /// Longest usual delay.
    pub(super) delay: Duration,
    /// Times in a thousand that something takes very long.
    pub(super) stalls: u32,
    /// How long that is at most.
    pub(super) stall: Duration,
    /// Where the connection breaks, if it does.
    pub(super) cut: Option<Cut>,
}

/// A connection that breaks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cut {
    /// Whether the bytes of the client count, or those of the server.
    pub(super) is_upward: bool,
    /// After so many of them.
    pub(super) after: usize,
    pub(super) ending: Ending,
}

/// How a connection ends.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ending {
    /// Nothing more comes from the server; what is written vanishes.
    Eof,
    /// Nothing more can be written; what the server said may still be read.
    Broken,
    /// Neither; what is under way is lost.
    Reset,
    /// Nothing more moves, and nobody says so.
    Silence,
}

impl Scenario {
    pub(super) fn new(random: &mut Random) -> Self {
        let mut config = config(random);
        let mut peer = peer(random);
        let has_pix = random.chance(80);
        if has_pix {
            config.pix_threshold = Duration::ZERO;
            peer.pix.delay_dot = true;
        }
        let count = random.scale(0, 6);
        let largest = if random.chance(100) { 60_000 } else { 1500 };
        let messages = (0..count).map(|n| Message::new(n, largest, random)).collect();
        let mut scenario = Self {
            config,
            peer,
            messages,
            habits: Habits::new(random),
            weather: Weather::new(random),
            is_sink: random.chance(300),
            has_pix,
            tls: None,
            has_auth: false,
        };
        // By numbers of its own, which change nothing else.
        let mut own = random.clone().fork();
        scenario.secure(&mut own);
        scenario.require_tls(&mut own);
        scenario
    }

    /// Lets some senders ask for REQUIRETLS.
    fn require_tls(&mut self, random: &mut Random) {
        let starttls = RequireTls::OpportunisticStarttls;
        let actions = [RequireTls::Enforce, starttls, RequireTls::Opportunistic];
        self.peer.require_tls = random.pick(&actions);
        for message in &mut self.messages {
            if random.chance(100) {
                Arc::make_mut(&mut message.envelope).tls_request = TlsRequest::Required;
            }
        }
    }

    /// Lets some speak TLS, and some log in.
    fn secure(&mut self, random: &mut Random) {
        if !self.is_sink || !random.chance(400) {
            return;
        }
        if random.chance(600) {
            let start = random.pick(&[TlsStart::Starttls, TlsStart::Starttls, TlsStart::Implicit]);
            self.tls = Some(start);
            self.peer.tls_start = start;
            let levels = [Level::May, Level::Encrypt, Level::Encrypt, Level::Verify];
            self.peer.tls = Policy::new(random.pick(&levels));
            let provider = CryptoProvider { kx_groups: vec![X25519], ..default_provider() };
            self.config.tls = Some(Arc::new(tls_engine(provider)));
        }
        self.has_auth = random.chance(600);
        if self.has_auth {
            let password = random.pick(&["secret", "secret", "secret", "another"]);
            let credentials = Credentials::password("ann", password).expect("they are good");
            let nonce = std::array::from_fn(|_| random.next() as u8);
            self.peer.auth = Some(Attempt::new(credentials, nonce));
            self.config.auth.plaintext = SecurityOptions::NO_ANONYMOUS;
            let filters = ["plain", "plain", "login", "cram-md5", "scram-sha-1", "x-odd"];
            self.config.auth.filter = random.pick(&filters).parse().expect("it is a name");
        }
    }
}

fn config(random: &mut Random) -> Config {
    let mut config = Config::new(domain("client.example"));
    // The witness expects content as it is given.
    config.conversion = Conversion::Off;
    config.host_name = domain(random.pick(&["client.example", "mx.example"]));
    config.hello =
        random.pick(&[Hello::Ehlo, Hello::Ehlo, Hello::Ehlo, Hello::EhloIfOffered, Hello::Helo]);
    config.line_length_limit = NonZeroUsize::new(random.pick(&[0, 64, 70, 998]));
    config.bare_cr = random.pick(&[BareCr::Space, BareCr::Keep]);
    config.quoting = random.pick(&[Quoting::AsNeeded, Quoting::AsNeeded, Quoting::Never]);
    config.farewell = random.pick(&[Farewell::Hasty, Farewell::Polite]);
    config.send_xforward = random.chance(300);
    config.send_mail_auth = random.chance(300);
    config.smtputf8 = random.chance(800);
    config.pix_delay = Duration::from_secs(random.pick(&[0, 1, 10]));
    config.pix_threshold = Duration::from_secs(random.pick(&[0, 500]));
    let buffer = NonZeroUsize::new(random.pick(&[1, 1024, 4096, 65536]));
    config.output_buffer = buffer.expect("no buffer is empty");
    config.time_limits = time_limits(random);
    config
}

fn time_limits(random: &mut Random) -> TimeLimits {
    let mut limit = || Duration::from_secs(random.pick(&[1, 20, 300]));
    let mut limits = TimeLimits {
        hello: limit(),
        starttls: limit(),
        xforward: limit(),
        mail: limit(),
        recipient: limit(),
        data: limit(),
        content: limit(),
        end_of_data: limit(),
        reset: limit(),
        quit: limit(),
        per: Per::Progress,
    };
    if random.chance(300) {
        limits.per = Per::Request { minimum_rate: random.pick(&[0, 1, 500, 100_000]) };
    }
    limits
}

fn peer(random: &mut Random) -> Peer {
    let mut peer = Peer::new("mx.example");
    peer.protocol = if random.chance(250) { Protocol::Lmtp } else { Protocol::Smtp };
    for keyword in [Keyword::Pipelining, Keyword::Chunking, Keyword::Size, Keyword::Dsn] {
        if random.chance(60) {
            peer.ignore.insert(keyword);
        }
    }
    peer.overlap = random.chance(700);
    peer.chunking = NonZeroUsize::new(random.pick(&[0, 0, 1, 2, 4]));
    peer.pix = PixWorkarounds { disable_esmtp: random.chance(500), delay_dot: random.chance(800) };
    peer
}

impl Habits {
    fn new(random: &mut Random) -> Self {
        Self {
            dawdles: random.pick(&[0, 0, 100, 500]),
            pause: Duration::from_millis(random.pick(&[1, 100, 5_000, 400_000])),
            piece: random.pick(&[1, 10, 1000, 100_000]),
            quits: random.pick(&[0, 0, 0, 5]),
            aborts: random.pick(&[0, 0, 0, 2]),
            probes: random.pick(&[0, 0, 1, 3]),
            lingers: random.chance(100),
        }
    }
}

impl Weather {
    fn new(random: &mut Random) -> Self {
        let ending = random.pick(&[Ending::Eof, Ending::Broken, Ending::Reset, Ending::Silence]);
        let is_upward = random.chance(500);
        let cut = Cut { is_upward, after: random.scale(0, 8000), ending };
        Self {
            portion: random.pick(&[1, 7, 100, 2000, 100_000]),
            capacity: random.pick(&[100, 4096, 65536]),
            delay: Duration::from_millis(random.pick(&[0, 10, 300])),
            stalls: random.pick(&[0, 0, 0, 3, 30]),
            stall: Duration::from_secs(random.pick(&[2, 30, 1000])),
            cut: random.chance(350).then_some(cut),
        }
    }
}

fn domain(name: &str) -> envoi_proto::Domain {
    name.parse().expect("the name is a domain")
}
