//! Name servers, and which one is asked next.

use core::net::SocketAddr;
use core::time::Duration;

use super::SocketId;
use crate::answer::Lack;
use crate::time::Instant;

/// A name server, and what has been learnt about it.
#[derive(Debug)]
pub(super) struct Server {
    pub(super) address: SocketAddr,
    /// Whether it answers without EDNS what it does not understand with it.
    pub(super) lacks_edns: bool,
    /// Whether it does not repeat questions in the case in which they are asked, and answers
    /// over TCP.
    pub(super) alters_case: bool,
    /// When it answered last.
    pub(super) heard: Option<Instant>,
    /// Until when others are asked first.
    silent_until: Option<Instant>,
    /// The datagram socket that takes the questions of this moment.
    pub(super) gathering: Option<SocketId>,
    /// The stream that takes questions.
    pub(super) stream: Option<SocketId>,
}

impl Server {
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            lacks_edns: false,
            alters_case: false,
            heard: None,
            silent_until: None,
            gathering: None,
            stream: None,
        }
    }

    /// It has answered.
    pub(super) fn hear(&mut self, now: Instant) {
        self.heard = Some(now);
        self.silent_until = None;
    }

    /// It has not answered what was asked at a time. If it has answered others since, that is
    /// about the question.
    pub(super) fn miss(&mut self, asked: Instant, now: Instant) {
        if self.heard.is_none_or(|heard| heard < asked) {
            self.silent_until = Some(now + SILENCE);
        }
    }

    fn is_silent(&self, now: Instant) -> bool {
        self.silent_until.is_some_and(|until| now < until)
    }
}

/// The order in which servers are asked a question.
#[derive(Debug)]
pub(super) struct Plan {
    /// Which one is first.
    first: usize,
    /// How often all have been asked.
    round: usize,
    /// Those that have been asked in this round, a bit for each.
    asked: u32,
    /// Those that are not asked again.
    done: u32,
    has_trouble: bool,
    has_refusal: bool,
}

impl Plan {
    pub(super) fn new(first: usize) -> Self {
        Self { first, round: 0, asked: 0, done: 0, has_trouble: false, has_refusal: false }
    }

    /// The plan for another name.
    pub(super) fn again(&self) -> Self {
        Self::new(self.first)
    }

    /// The next server.
    pub(super) fn next(
        &mut self,
        servers: &mut [Server],
        attempts: usize,
        now: Instant,
    ) -> Option<usize> {
        let mut next = self.pick(servers, now);
        if next.is_none() && self.round + 1 < attempts {
            self.round += 1;
            self.asked = 0;
            next = self.pick(servers, now);
        }
        let server = next?;
        self.asked |= 1 << server;
        // While one question finds out whether it is back, the others go elsewhere.
        if let Some(until) = &mut servers[server].silent_until {
            *until = (*until).max(now + SILENCE);
        }
        Some(server)
    }

    fn pick(&self, servers: &[Server], now: Instant) -> Option<usize> {
        let order = (0..servers.len()).map(|place| (self.first + place) % servers.len());
        let mut left = order.filter(|server| (self.asked | self.done) >> server & 1 == 0);
        let first = left.clone().next();
        left.find(|server| !servers[*server].is_silent(now)).or(first)
    }

    /// How long a server has in this round.
    pub(super) fn patience(&self, timeout: Duration) -> Duration {
        let factor = 1 << self.round.min(16);
        timeout.saturating_mul(factor).min(PATIENCE_MAX)
    }

    /// A server did not answer.
    pub(super) fn miss(&mut self) {
        self.has_trouble = true;
    }

    /// A server said that it has trouble.
    pub(super) fn trouble(&mut self, server: usize) {
        self.done |= 1 << server;
        self.has_trouble = true;
    }

    /// A server will not tell.
    pub(super) fn refuse(&mut self, server: usize) {
        self.done |= 1 << server;
        self.has_refusal = true;
    }

    /// What it comes to when no server is left.
    pub(super) fn lack(&self) -> Lack {
        if self.has_refusal && !self.has_trouble { Lack::Refused } else { Lack::TryAgain }
    }
}

/// How long others are asked before a server that has not answered.
const SILENCE: Duration = Duration::from_secs(30);

/// Longest time that a server has for its answer.
const PATIENCE_MAX: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    const START: Instant = Instant::ORIGIN;

    fn servers<const N: usize>() -> [Server; N] {
        core::array::from_fn(|n| Server::new(([127, 0, 0, n as u8], 53).into()))
    }

    fn order(plan: &mut Plan, servers: &mut [Server], attempts: usize) -> Vec<usize> {
        core::iter::from_fn(|| plan.next(servers, attempts, START)).collect()
    }

    #[test]
    fn servers_are_asked_in_turn() {
        assert_eq!(order(&mut Plan::new(0), &mut servers::<3>(), 2), [0, 1, 2, 0, 1, 2]);
        assert_eq!(order(&mut Plan::new(2), &mut servers::<3>(), 1), [2, 0, 1]);
        assert_eq!(order(&mut Plan::new(0), &mut servers::<0>(), 2), []);
    }

    #[test]
    fn who_has_said_no_is_not_asked_again() {
        let mut plan = Plan::new(0);
        let mut servers = servers::<3>();
        assert_eq!(plan.next(&mut servers, 2, START), Some(0));
        plan.refuse(0);
        assert_eq!(plan.next(&mut servers, 2, START), Some(1));
        plan.trouble(1);
        assert_eq!(order(&mut plan, &mut servers, 2), [2, 2]);
    }

    #[test]
    fn who_was_silent_is_asked_last_until_one_finds_it_back() {
        let mut servers = servers::<2>();
        let at = |seconds| START + Duration::from_secs(seconds);
        let first = |servers: &mut [Server], now| Plan::new(0).next(servers, 1, now);
        servers[0].miss(at(0), at(5));
        assert_eq!(first(&mut servers, at(34)), Some(1));
        assert_eq!(first(&mut servers, at(35)), Some(0));
        assert_eq!(first(&mut servers, at(36)), Some(1));
        servers[0].hear(at(36));
        assert_eq!(first(&mut servers, at(37)), Some(0));
    }

    #[test]
    fn who_answers_others_is_not_silent() {
        let mut servers = servers::<2>();
        let at = |seconds| START + Duration::from_secs(seconds);
        servers[0].hear(at(3));
        servers[0].miss(at(2), at(7));
        assert_eq!(Plan::new(0).next(&mut servers, 1, at(7)), Some(0));
    }

    #[test]
    fn patience_doubles_to_a_limit() {
        let mut servers = servers::<1>();
        let mut plan = Plan::new(0);
        let mut patience = || {
            plan.next(&mut servers, 40, START)?;
            Some(plan.patience(Duration::from_secs(5)).as_secs())
        };
        let expected = [5, 10, 20, 30, 30];
        assert_eq!(expected.map(|_| patience().unwrap()), expected);
        assert_eq!(core::iter::from_fn(patience).last(), Some(30));
    }

    #[test]
    fn it_is_a_refusal_only_if_all_refuse() {
        let mut plan = Plan::new(0);
        assert_eq!(plan.lack(), Lack::TryAgain);
        plan.refuse(0);
        assert_eq!(plan.lack(), Lack::Refused);
        plan.miss();
        assert_eq!(plan.lack(), Lack::TryAgain);
    }
}
