//! Input in pieces, and input that is none.

use std::sync::Arc;

use envoi_sink::{Message, Options, Session};

#[test]
fn pipelined_dialogue_is_the_same_for_every_split() {
    let whole = heard(&[PIPELINED]);
    assert_eq!(whole.1.len(), 2);
    for at in 0..PIPELINED.len() {
        let (head, tail) = PIPELINED.split_at(at);
        assert_eq!(heard(&[head, tail]), whole, "split at {at}");
    }
}

#[test]
fn pipelined_dialogue_is_the_same_byte_by_byte() {
    let bytes: Vec<_> = PIPELINED.chunks(1).collect();
    assert_eq!(heard(&bytes), heard(&[PIPELINED]));
}

#[test]
fn chunks_are_the_same_for_every_split() {
    let whole = heard(&[CHUNKED]);
    assert_eq!(whole.1.len(), 2);
    for at in 0..CHUNKED.len() {
        let (head, tail) = CHUNKED.split_at(at);
        assert_eq!(heard(&[head, tail]), whole, "split at {at}");
    }
}

#[test]
fn random_dialogues_are_the_same_for_random_splits() {
    let mut accepted = 0;
    for seed in 0..2_000 {
        let mut dice = Dice(seed);
        let input = dice.dialogue();
        let whole = heard(&[&input]);
        assert_eq!(heard(&dice.pieces(&input)), whole, "seed {seed}");
        accepted += whole.1.len();
    }
    assert!(accepted > 200, "{accepted} messages are not worth the name");
}

#[test]
fn noise_is_the_same_for_random_splits() {
    for seed in 0..500 {
        let mut dice = Dice(seed);
        let input = dice.noise();
        assert_eq!(heard(&dice.pieces(&input)), heard(&[&input]), "seed {seed}");
    }
}

const PIPELINED: &[u8] = b"EHLO client.example\r\nMAIL FROM:<a@b> SIZE=3\r\nRCPT TO:<c@d>\r\n\
    BOGUS\r\nDATA\r\n..one\r\n.\n.\r.\r\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<e@f>\r\nRCPT TO:<g@h>\r\n\
    DATA\r\n.\r\nNOOP\r\nQUIT\r\n";

const CHUNKED: &[u8] = b"EHLO client.example\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n\
    BDAT 5\r\n.\r\n\r\nBDAT 0\r\nBDAT 6 LAST\r\nNOOP\r\nRSET\r\nMAIL FROM:<a@b>\r\nBDAT 1\r\nx\
    RCPT TO:<c@d>\r\nBDAT 0 LAST\r\nQUIT\r\n";

/// What a session says to `pieces`, and what it accepts.
fn heard(pieces: &[&[u8]]) -> (String, Vec<Message>) {
    let mut session = Session::new(Arc::new(Options::default()));
    let mut replies = Vec::new();
    for piece in pieces {
        session.handle_input(piece);
        let output = session.output();
        replies.extend_from_slice(output);
        session.handle_transmitted(output.len());
    }
    let replies = String::from_utf8(replies).expect("ASCII");
    (replies, std::iter::from_fn(|| session.poll_message()).collect())
}

/// A generator of what clients might send (splitmix64).
struct Dice(u64);

impl Dice {
    /// Sensible fragments in a senseless order, with some noise.
    fn dialogue(&mut self) -> Vec<u8> {
        let mut input = FRAGMENTS[0].to_vec();
        for _ in 0..self.below(60) {
            match self.below(FRAGMENTS.len() + 2) {
                0 => input.push(self.next() as u8),
                1 => input.extend(format!("BDAT {}\r\n", self.below(40)).bytes()),
                fragment => input.extend_from_slice(FRAGMENTS[fragment - 2]),
            }
        }
        input
    }

    /// Bytes.
    fn noise(&mut self) -> Vec<u8> {
        (0..1 + self.below(5_000)).map(|_| self.next() as u8).collect()
    }

    /// The whole of `input`, cut at random.
    fn pieces<'a>(&mut self, mut input: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = Vec::new();
        while !input.is_empty() {
            let (piece, rest) = input.split_at(input.len().min(1 + self.below(20)));
            pieces.push(piece);
            input = rest;
        }
        pieces
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }
}

const FRAGMENTS: [&[u8]; 24] = [
    b"EHLO client.example\r\n",
    b"HELO client.example\r\n",
    b"MAIL FROM:<a@b>\r\n",
    b"MAIL FROM:<a@b>\r\n",
    b"MAIL FROM:<\"",
    b"RCPT TO:<c@d>\r\n",
    b"RCPT TO:<c@d> NOTIFY=NEVER\r\n",
    b"DATA\r\n",
    b"DATA\r\n",
    b"RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n",
    b"RSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n",
    b"BDAT 3\r\n",
    b"BDAT 5 LAST\r\n",
    b"RSET\r\n",
    b"NOOP\r\n",
    b"VRFY x\r\n",
    b"XFORWARD NAME=a\r\n",
    b"\r\n.\r\n",
    b"\r\n.\r\n",
    b"\r\n..",
    b"\r",
    b"\n",
    b".",
    b"some text ",
];
