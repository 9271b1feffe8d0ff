//! A message that the application wants to send.

use std::sync::Arc;

use envoi_proto::{
    Body, Envelope, ForwardPath, Instant, Mailbox, Notify, Orcpt, Purpose, Recipient, Ret,
    ReversePath, Smtputf8, Survey, Xforward,
};

use crate::seeded::Random;

/// An envelope and a content, which may not keep what the envelope promises.
#[derive(Clone, Debug)]
pub(super) struct Message {
    pub(super) envelope: Arc<Envelope>,
    pub(super) content: Vec<u8>,
    /// After how many bytes the content breaks off.
    pub(super) breaks_after: Option<usize>,
}

impl Message {
    pub(super) fn new(number: usize, largest: usize, random: &mut Random) -> Self {
        let content = content(largest, random);
        let mut envelope = Envelope::new(sender(number, random), recipients(number, random));
        let survey = Survey::of(&content);
        envelope.size = random.chance(600).then(|| survey.size());
        envelope.length = match random.below(20) {
            0..10 => None,
            10 => Some(content.len() as u64 + 1 + random.next() % 50),
            11 => Some((content.len() as u64).saturating_sub(1 + random.next() % 50)),
            _ => Some(content.len() as u64),
        };
        let is_eight_bit = survey.is_eight_bit;
        let body = if is_eight_bit { Body::EightBitMime } else { Body::SevenBit };
        envelope.body = random.chance(500).then_some(body);
        envelope.smtputf8 = random.pick(&[Smtputf8::No, Smtputf8::No, Smtputf8::Requested]);
        envelope.ret = random.pick(&[None, Some(Ret::Full), Some(Ret::Headers)]);
        envelope.envid = random.chance(200).then(|| "id 7+".parse().expect("it is printable"));
        envelope.purpose = match random.below(16) {
            0 => Purpose::VerifyRecipients,
            1 => Purpose::VerifyData,
            _ => Purpose::Deliver,
        };
        envelope.arrived = random.chance(500).then_some(Instant::ORIGIN);
        envelope.xforward = random.chance(300).then(|| xforward(random));
        let breaks_after = random.chance(60).then(|| random.below(content.len() + 1));
        Self { envelope: Arc::new(envelope), content, breaks_after }
    }
}

fn xforward(random: &mut Random) -> Xforward {
    Xforward {
        name: random.chance(700).then(|| "a b\u{1}c.example".into()),
        address: Some("192.0.2.7".into()),
        helo: random.chance(500).then(|| "x+y".into()),
        ..Xforward::default()
    }
}

fn sender(number: usize, random: &mut Random) -> ReversePath {
    match random.below(8) {
        0 => ReversePath::Null,
        1 => path(&format!("a b.{number}@client.example")).into(),
        2 if random.chance(200) => path(&format!("ü.{number}@client.example")).into(),
        _ => path(&format!("ann.{number}@client.example")).into(),
    }
}

/// Recipients that name their message and their place.
fn recipients(number: usize, random: &mut Random) -> Vec<Recipient> {
    let count = if random.chance(20) { random.between(50, 300) } else { random.scale(1, 6) };
    let odd = random.pick(&["bob", "bob", "bob", "defer", "bounce", "a b", "it's\"", "用户"]);
    let recipient = |place| {
        let user = if place % 3 == 1 { odd } else { "bob" };
        let address = path(&format!("{user}.{place}.{number}@mx.example"));
        let mut recipient = Recipient::from(ForwardPath::from(address));
        recipient.notify = (place % 4 == 1).then_some(Notify::SUCCESS.and(Notify::DELAY));
        recipient.orcpt = (place % 5 == 2).then(|| Orcpt::new("bob+7@x").expect("it is ASCII"));
        recipient
    };
    (0..count).map(recipient).collect()
}

fn path(address: &str) -> Mailbox {
    Mailbox::verbatim(address).expect("the address is good")
}

/// Content made of what is hard about content.
fn content(largest: usize, random: &mut Random) -> Vec<u8> {
    const PARTS: [&[u8]; 14] = [
        b".",
        b"..",
        b"\r\n",
        b"\n",
        b"\r",
        b"\r\n.\r\n",
        b"\n.\n",
        b"\r\nQUIT\r\n",
        b"\0",
        b" ",
        b"\xff\xfe",
        b"Subject: a line that is neither long nor short\r\n",
        b"RSET",
        b"\r\n.",
    ];
    let length = random.scale(0, largest);
    let is_plain = random.chance(300);
    let mut content = Vec::with_capacity(length);
    while content.len() < length {
        if is_plain || random.chance(200) {
            let run = random.scale(1, 2500);
            content.extend(std::iter::repeat_n(b'x', run));
            content.extend(b"\r\n");
        } else {
            content.extend(random.pick(&PARTS));
        }
    }
    content.truncate(length);
    content
}
