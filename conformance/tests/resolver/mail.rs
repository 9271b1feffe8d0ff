//! Mail that finds its way.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use envoi_driver::delivery::{Attempt, Delivery};
use envoi_driver::dns::{Families, Rules};
use envoi_driver::proto::{Config, Envelope, Instant, Progress};
use envoi_driver::{
    Application, Connection, Content, Io, Mailer, Message, Policy, Report, Runtime, Verdict,
};
use envoi_sink::{Options, Sink};

use crate::bed::{LONG, network, resolver};
use crate::server::{Record, Reply, Server};

/// Two domains, one of which has a host that is not there, and is better.
fn zone(question: &str) -> Reply {
    let (here, nobody) = ([127, 0, 0, 1].into(), [127, 0, 0, 9].into());
    let records = match question {
        "one.example MX" => vec![Record::Mx(20, "mx.one.example"), Record::Mx(10, "gone.example")],
        "two.example MX" => vec![Record::Mx(10, "mx.two.example")],
        "slow.example MX" => {
            vec![Record::Mx(10, "mx.two.example"), Record::Mx(20, "silent.example")]
        }
        "late.example MX" => {
            vec![Record::Mx(10, "gone.example"), Record::Mx(20, "mx.late.example")]
        }
        "mx.late.example A" => {
            return Reply::Late(Duration::from_millis(200), vec![Record::A(here)]);
        }
        "mx.one.example A" | "mx.two.example A" => vec![Record::A(here)],
        "gone.example A" => vec![Record::A(nobody)],
        "silent.example A" | "mute.example MX" => return Reply::Silence,
        _ => return Reply::NoName,
    };
    Reply::Records(records)
}

struct Bed {
    sink: Sink,
    server: Server,
}

impl Bed {
    fn new() -> Self {
        let sink = Sink::listen("127.0.0.1:0", Options::default()).unwrap();
        Self { sink, server: Server::start(zone) }
    }

    /// A mailer that knows the zone. All servers listen where the sink does.
    fn mailer<R: Runtime>(&self, runtime: R) -> Mailer<R> {
        let port = self.sink.address().port();
        let rules = Rules { families: Families::Ipv4, port, ..Rules::default() };
        Mailer {
            network: network(runtime, self.server.address),
            config: Arc::new(Config::new("client.example".parse().unwrap())),
            policy: Arc::new(Policy { rules: rules.into(), ..Policy::default() }),
            next_hops: Vec::new(),
        }
    }
}

fn message(recipients: &[&str]) -> Message {
    let recipients = recipients.iter().map(|recipient| recipient.parse().unwrap()).collect();
    let envelope = Envelope::new("ann@client.example".parse().unwrap(), recipients);
    Message::new(envelope, "Subject: hello\r\n\r\nHello!\r\n")
}

fn verdicts(report: &Report) -> Vec<Verdict> {
    report.outcomes.iter().map(|outcome| outcome.verdict).collect()
}

/// Whether a server of ours took it, by its name.
fn took(report: &Report, place: usize, name: &str, address: SocketAddr) {
    let relay = report.outcomes[place].relay.clone().unwrap();
    assert_eq!(*relay, *format!("{name}[{}]:{}", address.ip(), address.port()));
}

pub(crate) async fn a_message_goes_to_the_next_host_where_the_best_is_down<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let report = bed.mailer(runtime).send(message(&["bob@one.example"])).await;
    assert!(report.is_sent(), "{report:?}");
    took(&report, 0, "mx.one.example", bed.sink.address());
}

pub(crate) async fn a_message_goes_to_every_domain_of_its_recipients<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let recipients = ["bob@one.example", "carol@two.example", "dave@One.example", "eve"];
    let report = bed.mailer(runtime).send(message(&recipients)).await;
    use Verdict::{Bounced, Sent};
    assert_eq!(verdicts(&report), [Sent, Sent, Sent, Bounced], "{report:?}");
    took(&report, 1, "mx.two.example", bed.sink.address());
    took(&report, 2, "mx.one.example", bed.sink.address());
    let order: Vec<_> =
        report.outcomes.iter().map(|outcome| outcome.recipient.mailbox().as_str()).collect();
    assert_eq!(order, recipients);
    assert_eq!((bed.sink.count(), bed.sink.connections()), (2, 2));
}

pub(crate) async fn a_message_goes_where_all_mail_goes<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let mut mailer = bed.mailer(runtime);
    mailer.next_hops = vec![
        "nowhere.example".parse().unwrap(),
        format!("[127.0.0.1]:{}", bed.sink.address().port()).parse().unwrap(),
    ];
    let messages = [message(&["bob@one.example", "carol@nowhere.example"]), message(&["d@e.f"])];
    let mut reports = Vec::new();
    mailer.send_all(messages, |place, report| reports.push((place, report))).await;
    let sent: Vec<_> = reports.iter().map(|(place, report)| (*place, report.is_sent())).collect();
    assert_eq!(sent, [(0, true), (1, true)]);
    assert_eq!((bed.sink.count(), bed.sink.connections()), (2, 1));
}

pub(crate) async fn a_delivery_takes_no_longer_than_it_may<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let (limit, began) = (Duration::from_millis(100), runtime.now());
    let mut mailer = bed.mailer(runtime.clone());
    // Whoever blocks waits for the answer alone.
    let patience = if R::Io::BLOCKS { limit } else { LONG };
    mailer.network.resolver = resolver(runtime.clone(), &[bed.server.address], patience);
    mailer.policy = Arc::new(Policy { time_limit: Some(limit), ..Policy::clone(&mailer.policy) });
    let report = mailer.send(message(&["bob@mute.example"])).await;
    let outcome = &report.outcomes[0];
    assert_eq!((outcome.verdict, &*outcome.status.to_string()), (Verdict::Deferred, "4.3.0"));
    assert!(outcome.text.starts_with("delivery takes too long"), "{}", outcome.text);
    let took = runtime.now().since(began);
    assert!((limit..LONG).contains(&took), "{took:?}");
}

pub(crate) async fn a_domain_that_is_not_there_bounces<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let report = bed.mailer(runtime).send(message(&["bob@nowhere.example"])).await;
    let [outcome] = &report.outcomes[..] else { panic!() };
    assert_eq!((outcome.verdict, &*outcome.status.to_string()), (Verdict::Bounced, "5.4.4"));
    assert!(outcome.text.contains("Host not found"), "{}", outcome.text);
}

pub(crate) async fn what_is_asked_in_vain_does_not_hold_up_the_first_host<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let began = runtime.now();
    let report = bed.mailer(runtime.clone()).send(message(&["bob@slow.example"])).await;
    assert!(report.is_sent(), "{report:?}");
    assert!(runtime.now().since(began) < LONG / 2);
}

pub(crate) async fn what_was_open_is_asked_again_when_it_is_wanted<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let report = bed.mailer(runtime).send(message(&["bob@late.example"])).await;
    assert!(report.is_sent(), "{report:?}");
    took(&report, 0, "mx.late.example", bed.sink.address());
}

pub(crate) async fn an_application_hears_how_it_goes<R: Runtime>(runtime: R) {
    let bed = Bed::new();
    let mailer = bed.mailer(runtime.clone());
    let message = message(&["bob@one.example"]);
    let (destinations, envelopes) =
        (vec!["one.example".parse().unwrap()], [message.envelope.clone()]);
    let delivery = Delivery::new(destinations, envelopes, mailer.policy.clone(), 0, runtime.now());
    let mut told = Told { config: mailer.config.clone(), message, lines: Vec::new() };
    mailer.network.deliver(delivery, &mut told).await;
    let heard = [
        "gone.example is unreachable: connection refused",
        "began with mx.one.example",
        "heard of message 0: sent",
        "message 0 is settled: sent",
        "ended after 3 writes",
    ];
    assert_eq!(told.lines, heard);
}

/// An application that writes down what it is told.
struct Told {
    config: Arc<Config>,
    message: Message,
    lines: Vec<String>,
}

impl<I: Io> Application<I> for Told {
    type Io = Counted<I>;

    fn begin(&mut self, attempt: &Attempt, io: I) -> io::Result<Connection<Counted<I>>> {
        self.lines.push(format!("began with {}", attempt.host.name));
        let (io, peer) = (Counted { io, writes: 0 }, attempt.peer.clone());
        Ok(Connection::over(io, peer, self.config.clone(), attempt.began))
    }

    fn content(&mut self, _: usize) -> Content {
        self.message.content.clone()
    }

    fn unreachable(&mut self, attempt: &Attempt, error: &io::Error) {
        self.lines.push(format!("{} is unreachable: {}", attempt.host.name, error.kind()));
    }

    fn heard(&mut self, message: usize, report: &Report) {
        self.lines.push(format!("heard of message {message}: {}", verdicts(report)[0]));
    }

    fn ended(&mut self, connection: Connection<Counted<I>>) {
        let writes = connection.into_io().writes;
        self.lines.push(format!("ended after {writes} writes"));
    }

    fn settled(&mut self, message: usize, report: Report) {
        self.lines.push(format!("message {message} is settled: {}", verdicts(&report)[0]));
    }
}

/// A connection whose writes are counted.
struct Counted<I> {
    io: I,
    writes: usize,
}

impl<I: Io> Io for Counted<I> {
    const BLOCKS: bool = I::BLOCKS;

    async fn exchange(
        &mut self,
        out: &[u8],
        space: &mut [u8],
        deadline: Option<Instant>,
    ) -> io::Result<Progress> {
        let progress = self.io.exchange(out, space, deadline).await?;
        self.writes += usize::from(progress.written > 0);
        Ok(progress)
    }

    fn now(&self) -> Instant {
        self.io.now()
    }
}
