//! What replies and failures mean, and how that is worded.

use alloc::string::ToString;

use super::*;
use crate::tls::Fault;

fn fate(text: &str, stage: Stage, circumstances: Circumstances) -> Option<(Verdict, Scope)> {
    let reply: Reply<'_> = text.parse().unwrap();
    let fate = Fate::of_reply(&reply, stage, circumstances)?;
    Some((fate.verdict, fate.scope))
}

#[test]
fn soft_failures_move_on_and_hard_ones_end_it() {
    use Scope::{Message, Recipient, Site};
    use Stage::{Data, EndOfData, Greeting, Helo, LastChunk, Mail};
    use Verdict::{Bounced, Deferred, Sent, TryNext};
    let last = Circumstances::default();
    let next = Circumstances { server: Server::OneOfSeveral, ..last };
    let soft = Circumstances { soft_bounce: true, ..last };
    let strict = Circumstances { skip_5xx_greeting: false, ..last };
    for (text, stage, circumstances, expected) in [
        ("250 2.1.0 Ok", Mail, last, None),
        ("250 2.1.5 Ok", Stage::Recipient, last, None),
        ("354 go", Data, last, None),
        ("250 Ok", EndOfData, last, Some((Sent, Message))),
        ("250 Ok", LastChunk, next, Some((Sent, Message))),
        ("450 later", Stage::Recipient, last, Some((Deferred, Recipient))),
        ("450 later", Stage::Recipient, next, Some((TryNext, Recipient))),
        ("550 no", Stage::Recipient, next, Some((Bounced, Recipient))),
        ("550 no", Stage::Recipient, soft, Some((Deferred, Recipient))),
        ("552 full", EndOfData, next, Some((Bounced, Message))),
        ("451 later", EndOfData, next, Some((TryNext, Message))),
        ("550 4.7.1 later", Mail, next, Some((Bounced, Message))),
        ("250 done", Data, last, Some((Bounced, Message))),
        ("354 go", EndOfData, last, Some((Bounced, Message))),
        ("199 hm", Stage::Recipient, next, Some((Bounced, Recipient))),
        ("554 no", Greeting, last, Some((Deferred, Site))),
        ("554 no", Greeting, next, Some((TryNext, Site))),
        ("554 no", Greeting, strict, Some((Bounced, Site))),
        ("354 hm", Greeting, last, Some((Bounced, Site))),
        ("421 busy", Greeting, strict, Some((Deferred, Site))),
        ("550 no", Helo, next, Some((Bounced, Site))),
    ] {
        assert_eq!(fate(text, stage, circumstances), expected, "{text} while {stage}");
    }
}

#[test]
fn a_lost_conversation_is_soft() {
    let last = Circumstances::default();
    let fate = Fate::of_error(&Error::Lost(Stage::EndOfData), last);
    assert_eq!((fate.verdict, fate.scope), (Verdict::Deferred, Scope::Site));
    assert_eq!(fate.status, Status::transient(4, 2));
}

#[test]
fn a_handshake_fails_alike_whoever_ends_it() {
    let peer = Peer::new("mx.example");
    for (error, why) in [
        (Error::Lost(Stage::Handshake), "lost connection"),
        (Error::TimedOut(Stage::Handshake), "conversation timed out"),
        (Error::Tls(Stage::Handshake, Fault::Engine), "our TLS engine failed"),
    ] {
        let fate = Fate::of_error(&error, Circumstances::default());
        assert_eq!((fate.verdict, fate.scope), (Verdict::Deferred, Scope::Site));
        assert_eq!(fate.status, Status::transient(7, 5));
        assert_eq!(
            Failed { peer: &peer, error: &error }.to_string(),
            ["Cannot start TLS: handshake failure: ", why].concat()
        );
    }
}

#[test]
fn texts_are_those_of_the_log() {
    let mut peer = Peer::new("mx.example");
    peer.address = "192.0.2.1".into();
    let reply: Reply<'_> = "550-5.1.1 No\n550 5.1.1 such user".parse().unwrap();
    let said = Said { peer: &peer, reply: &reply, stage: Stage::Recipient };
    assert_eq!(
        said.to_string(),
        "host mx.example[192.0.2.1] said: 550-5.1.1 No 550 5.1.1 such user \
         (in reply to RCPT TO command)"
    );
    let reply: Reply<'_> = "354 go".parse().unwrap();
    let said = Said { peer: &peer, reply: &reply, stage: Stage::Greeting };
    assert_eq!(said.to_string(), "host mx.example[192.0.2.1] refused to talk to me: 354 go");
    let reply: Reply<'_> = "250 taken".parse().unwrap();
    let said = Said { peer: &peer, reply: &reply, stage: Stage::Data };
    assert_eq!(
        said.to_string(),
        "Protocol error: host mx.example[192.0.2.1] said: 250 taken (in reply to DATA command)"
    );
    let error = Error::TimedOut(Stage::Mail);
    assert_eq!(
        Failed { peer: &peer, error: &error }.to_string(),
        "conversation with mx.example[192.0.2.1] timed out while sending MAIL FROM"
    );
    let refusal = Refusal::TooLarge { size: 9, limit: 8 };
    assert_eq!(
        Withheld { peer: &peer, refusal: &refusal }.to_string(),
        "message size 9 exceeds size limit 8 of server mx.example[192.0.2.1]"
    );
}
