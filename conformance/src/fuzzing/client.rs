//! A client to which anything happens in any order.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use arbitrary::{Arbitrary, Unstructured};
use envoi_delivery::Ledger;
use envoi_proto::{
    Circumstances, Client, Config, Conversion, Envelope, Error, Event, Instant, Line, Misuse, Peer,
    TransactionId,
};

use crate::witness::{Violation, Witness, ensure};

#[derive(Arbitrary, Debug)]
struct Script<'a> {
    config: Config,
    peer: Peer,
    acts: Vec<Act<'a>>,
}

/// Something that happens.
#[derive(Arbitrary, Debug)]
enum Act<'a> {
    /// The server says something.
    Hears(&'a [u8]),
    /// The server gives so many replies as they should be, behind a PIX if it is 128 more.
    Obliges(u8),
    /// The server gives a reply with this code.
    Replies(u16),
    Transmits(u16),
    TransmitsAll,
    Waits(u16),
    WaitsForDeadline,
    Sends(Box<Envelope>),
    Gives(&'a [u8]),
    EndsContent,
    FailsContent,
    Quits,
    Probes,
    Parks,
    Eof,
    Breaks,
}

/// Does to a client what the bytes say.
///
/// # Errors
/// If it does what it must not do.
pub fn client(data: &[u8]) -> Result<(), Violation> {
    let Ok(script) = Script::arbitrary_take_rest(Unstructured::new(data)) else { return Ok(()) };
    let mut player = Player::new(script.config, script.peer);
    for act in script.acts.iter().take(ACTS_MAX) {
        player.act(act)?;
        player.listen()?;
        player.witness.look(&player.client)?;
    }
    player.finish()
}

struct Player {
    client: Client,
    witness: Witness,
    peer: Peer,
    ledgers: BTreeMap<TransactionId, Ledger>,
    transcript: Vec<Line>,
    now: Instant,
}

type Played = Result<(), Violation>;

impl Player {
    fn new(mut config: Config, peer: Peer) -> Self {
        // The witness expects content as it is given; `mime` is about the rest.
        config.conversion = Conversion::Off;
        let witness = Witness::new(&config, &peer);
        let mut client = Client::new(Arc::new(config), peer.clone(), Instant::ORIGIN);
        client.record();
        let (ledgers, transcript) = (BTreeMap::new(), Vec::new());
        Self { client, witness, peer, ledgers, transcript, now: Instant::ORIGIN }
    }

    fn act(&mut self, act: &Act<'_>) -> Played {
        let now = self.now;
        match act {
            Act::Hears(bytes) => return self.hear(bytes),
            Act::Obliges(replies) => return self.oblige(*replies),
            Act::Replies(code) => {
                return self.hear(format!("{:03} x\r\n", code % 1000).as_bytes());
            }
            Act::Transmits(bytes) => return self.transmit(usize::from(*bytes)),
            Act::TransmitsAll => return self.transmit(usize::MAX),
            Act::Waits(millis) => self.now = now + Duration::from_millis(u64::from(*millis)),
            Act::WaitsForDeadline => return self.wait(),
            Act::Sends(envelope) => return self.send(envelope),
            Act::Gives(content) => return self.give(content),
            Act::EndsContent => {
                if let Some(id) = self.client.wants_content() {
                    self.witness.content_ended(id)?;
                    self.client.content_end(now);
                }
            }
            Act::FailsContent => self.client.content_failed(now),
            Act::Quits => self.client.quit(now),
            Act::Probes => drop(self.client.probe(now)),
            Act::Parks => self.client.park(),
            Act::Eof => {
                let ended = self.client.handle_eof();
                self.note(ended);
            }
            Act::Breaks => self.client.handle_broken(),
        }
        Ok(())
    }

    fn hear(&mut self, mut bytes: &[u8]) -> Played {
        while !bytes.is_empty() && !self.client.is_closed() {
            match self.client.handle_input(bytes, self.now) {
                Ok(used) => {
                    ensure(used > 0, || "nothing is taken, and there are no events".into())?;
                    self.witness.heard(&bytes[..used])?;
                    bytes = &bytes[used..];
                }
                Err(error) => {
                    self.witness.heard(bytes)?;
                    self.note(Err(error));
                }
            }
            self.listen()?;
        }
        Ok(())
    }

    fn oblige(&mut self, replies: u8) -> Played {
        let has_pix = replies >= 128;
        for _ in 0..replies % 128 {
            self.transmit(usize::MAX)?;
            let Some(reply) = self.witness.obliging_reply(has_pix) else { break };
            self.hear(reply.as_bytes())?;
        }
        Ok(())
    }

    fn transmit(&mut self, most: usize) -> Played {
        let out = self.client.poll_transmit();
        let out = &out[..out.len().min(most)];
        let bytes = out.len();
        self.witness.wrote(out)?;
        self.client.handle_transmitted(bytes, self.now);
        Ok(())
    }

    fn wait(&mut self) -> Played {
        let Some(deadline) = self.client.poll_timeout() else { return Ok(()) };
        self.now = self.now.max(deadline);
        let outcome = self.client.handle_timeout(self.now);
        self.note(outcome);
        let next = self.client.poll_timeout();
        ensure(next.is_none_or(|next| next > self.now), || "what is due is not done".into())
    }

    fn send(&mut self, envelope: &Envelope) -> Played {
        let is_wanted = self.client.wants_envelope();
        let max = self.client.recipients_max().unwrap_or(usize::MAX);
        let fits = envelope.recipients.len() <= max;
        let envelope = Arc::new(envelope.clone());
        match self.client.send(envelope.clone(), self.now) {
            Ok(id) => {
                ensure(is_wanted && fits, || "what cannot be sent was taken".into())?;
                self.witness.sent(id, envelope.clone());
                self.ledgers.insert(id, Ledger::new(envelope, Circumstances::default()));
                Ok(())
            }
            Err(Misuse::NotWanted) => ensure(!is_wanted, || "what is wanted is not taken".into()),
            Err(Misuse::TooManyRecipients(_)) => ensure(!fits, || "not too many recipients".into()),
            Err(Misuse::NoRecipients) => Err(Violation("there are recipients".into())),
        }
    }

    fn give(&mut self, content: &[u8]) -> Played {
        let Some(id) = self.client.wants_content() else { return Ok(()) };
        let waiting = self.client.poll_transmit().len();
        let taken = self.client.handle_content(content, self.now);
        self.witness.given(id, &content[..taken])?;
        let has_moved = taken > 0 || self.client.poll_transmit().len() > waiting;
        let is_wanted = self.client.wants_content() == Some(id) && !content.is_empty();
        ensure(has_moved || !is_wanted, || "content is wanted, and none is taken".into())
    }

    /// Polls all events.
    fn listen(&mut self) -> Played {
        let Self { client, witness, ledgers, peer, .. } = self;
        let mut events = 0;
        while let Some(event) = client.poll_event() {
            events += 1;
            ensure(events <= EVENTS_MAX, || "events without end".into())?;
            witness.told(&event)?;
            enter(&event, ledgers, peer)?;
        }
        while let Some(line) = client.poll_transcript() {
            self.transcript.push(line);
        }
        Ok(())
    }

    fn note(&mut self, outcome: Result<(), Error>) {
        if outcome.is_err() {
            self.witness.ended();
        }
    }

    fn finish(&mut self) -> Played {
        let ended = self.client.handle_eof();
        self.note(ended);
        self.listen()?;
        ensure(self.client.is_closed(), || "the end is not the end".into())?;
        ensure(self.client.poll_timeout().is_none(), || "something is due after the end".into())?;
        self.witness.compare(&self.transcript)?;
        self.witness.finish()
    }
}

/// Enters an event in the ledger that it concerns.
fn enter(event: &Event<'_>, ledgers: &mut BTreeMap<TransactionId, Ledger>, peer: &Peer) -> Played {
    let id = match event {
        Event::Recipient { transaction, .. }
        | Event::Message { transaction, .. }
        | Event::Delivery { transaction, .. }
        | Event::Refused { transaction, .. }
        | Event::Lost { transaction, .. }
        | Event::End { transaction } => transaction,
        Event::Unavailable { .. }
        | Event::Unsuitable(_)
        | Event::Tls(_)
        | Event::Authenticated
        | Event::Greeting { .. }
        | Event::Extensions(_)
        | Event::Ready
        | Event::Closed => return Ok(()),
    };
    let ledger = ledgers.get_mut(id).ok_or_else(|| Violation(format!("{id} is not known")))?;
    let recipients = ledger.envelope().recipients.len();
    ledger.handle_event(event, 0..recipients, peer);
    let is_end = matches!(event, Event::End { .. });
    ensure(!is_end || ledger.is_settled(), || format!("the ledger of {id} is not settled"))
}

/// Most acts of a script.
const ACTS_MAX: usize = 500;

/// Most events between two acts.
const EVENTS_MAX: usize = 64;
