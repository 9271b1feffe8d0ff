//! That each message is reported once and whole, whatever servers and drivers do.

use super::bed::envelope;
use super::*;

#[test]
fn each_message_is_reported_once_and_whole() {
    for seed in 0..3000 {
        let mut chance = Chance(seed);
        let messages: Vec<_> = (0..=chance.below(3)).map(|_| message(&mut chance)).collect();
        let expected: Vec<_> = messages.iter().map(addresses).collect();
        let edit = |policy: &mut Policy| {
            policy.peer.tls = tls::Policy::new(Level::May);
            policy.minimal_backoff = Duration::ZERO;
            policy.fallback_relay = vec!["[192.0.2.9]".parse().unwrap()];
        };
        let mut bed = Bed::to(&["example.com", "[192.0.2.7]"], 3, messages, edit);
        let mut reports = Vec::new();
        let conversations = run(&mut bed, &mut chance, &mut reports);
        assert!(conversations <= CONVERSATIONS_MAX, "{seed}: {conversations}");
        reports.sort_by_key(|(message, _)| *message);
        let told: Vec<_> = reports.iter().map(|(_, report)| recipients(report)).collect();
        assert_eq!(told, expected, "{seed}");
    }
}

/// Delivers as chance has it. Returns how many conversations that took.
fn run(bed: &mut Bed, chance: &mut Chance, reports: &mut Vec<(usize, Report)>) -> usize {
    let mut conversations = 0;
    loop {
        let step = bed.step();
        reports.extend(core::iter::from_fn(|| bed.delivery.poll_report()));
        match step {
            Step::Connect(attempt) => {
                conversations += 1;
                bed.hold(attempt);
                converse(bed, chance);
            }
            Step::Done => return conversations,
            step @ (Step::Ask(_) | Step::Wait) => panic!("nothing is open: {step:?}"),
        }
    }
}

fn converse(bed: &mut Bed, chance: &mut Chance) {
    for message in bed.messages() {
        match chance.below(12) {
            0 => bed.delivery.handle_unreachable("Connection refused", bed.now),
            1 => {}
            2 => bed.loses(message, Error::NoMore, Doubt::None),
            3 => bed.loses(message, Error::Lost(Stage::EndOfData), Doubt::Uncertain),
            4 => bed.loses(message, Error::Lost(Stage::Handshake), Doubt::None),
            5 => bed.says_and_loses(message, ["450 later"], Error::Lost(Stage::Recipient)),
            6 => bed.replies(message, ["550 no", "450 later"]),
            7 => bed.replies(message, ["250 ok", "450 later", "550 no"]),
            8 => bed.delivery.handle_ended(true, bed.now),
            9 => bed.replies(message, ["450 later"]),
            10 => {
                bed.replies(message, ["421 later"]);
                bed.replies(message, ["250 ok"]);
            }
            _ => bed.replies(message, ["250 ok"]),
        }
    }
    bed.delivery.handle_ended(chance.below(2) == 0, bed.now);
}

fn message(chance: &mut Chance) -> Envelope {
    match chance.below(4) {
        0 => envelope([]),
        1 => envelope(["bob"]),
        2 => envelope(["bob", "carol"]),
        _ => envelope(["bob", "carol", "dan", "eve"]),
    }
}

fn recipients(report: &Report) -> Vec<alloc::string::String> {
    report.outcomes.iter().map(|outcome| outcome.recipient.to_string()).collect()
}

/// Numbers that look random (SplitMix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % limit
    }
}

/// Five hosts, each with one conversation for every message, one more, and one in plaintext.
const CONVERSATIONS_MAX: usize = 5 * (3 + 2);
