//! Somebody who answers in the name of servers.

use super::scenario::Forger;
use super::wire::{self, Asked, Record, Reply};
use crate::seeded::Random;

impl Forger {
    /// What is forged when a question is on its way. Each answer lacks something of the question
    /// that only who sees it knows; the port is known.
    pub(super) fn forge(&self, asked: &Asked, random: &mut Random) -> Vec<Vec<u8>> {
        if !random.chance(self.zeal) && !self.sees {
            return Vec::new();
        }
        (0..self.count).map(|_| self.one(asked, random).bytes()).collect()
    }

    fn one(&self, asked: &Asked, random: &mut Random) -> Reply {
        let mut reply = Reply::to(asked);
        poison(&mut reply, asked, random);
        if self.sees {
            return reply;
        }
        match random.below(9) {
            0 | 1 => {
                let guess = random.next().to_be_bytes();
                reply.id = [guess[0], guess[1]];
                reply.question.make_ascii_lowercase();
                if reply.id == asked.id {
                    reply.question.make_ascii_uppercase();
                }
            }
            2 => reply.id[random.below(2)] ^= 1 << random.below(8),
            3 => flip(&mut reply.question, random),
            4 => {
                let kind = reply.question.len() - 3;
                reply.question[kind] ^= 0x40;
            }
            // RFC 5452, 9.1: the name, by a digit.
            5 => {
                let digits = reply.question.iter_mut().filter(|byte| byte.is_ascii_digit());
                digits.last().map(|digit| *digit ^= 1).expect("every name has a number");
            }
            6 => reply.questions = 2,
            7 => (reply.question, reply.questions) = (Vec::new(), 0),
            _ => reply.flags[0] ^= random.pick(&[0x80, 0x08, 0x40]),
        }
        reply
    }
}

/// Changes the case of a letter of the name.
fn flip(question: &mut [u8], random: &mut Random) {
    let end = question.len() - 4;
    let letters: Vec<_> = (0..end).filter(|at| question[*at].is_ascii_alphabetic()).collect();
    question[random.pick(&letters)] ^= 0x20;
}

/// Says what is wrong.
fn poison(reply: &mut Reply, asked: &Asked, random: &mut Random) {
    match random.below(5) {
        0 => reply.flags[1] |= wire::NXDOMAIN,
        1 => reply.flags[1] |= wire::REFUSED,
        _ => {}
    }
    let data = match asked.kind {
        1 => vec![192, 0, 2, 66],
        28 => vec![0x66; 16],
        33 => [&[0; 6][..], &wire::name(Some("poison.example"))].concat(),
        16 => b"\x06poison".to_vec(),
        52 => vec![6; 35],
        _ => [&[0; 2][..], &wire::name(Some("poison.example"))].concat(),
    };
    let owner = wire::name(Some(&asked.name));
    reply.answers.push(Record { owner, kind: asked.kind, ttl: 86_400, data });
    reply.flags[1] |= wire::AUTHENTIC;
}
