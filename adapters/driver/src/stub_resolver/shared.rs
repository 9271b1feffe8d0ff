//! What all clones of a resolver share.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};

use envoi_dns::{Action, Answer, Asked, Cache, Instant, Limits, Query, ResolvConf, SocketId, Stub};

use super::nudge::Nudge;
use super::pace::Pace;
use super::waiters::{Left, Waiters, Wakers};
use super::wire::Wire;
use crate::io::Io as _;
use crate::random::random;
use crate::runtime::Runtime;

/// The machines, those who wait, and the sockets while nobody has them.
///
/// No system call is made, nobody waits, and nobody is woken while it is locked.
pub(super) struct Shared<R: Runtime> {
    pub(super) runtime: R,
    state: Mutex<State<R::Socket>>,
    /// Interrupts a leader that blocks its thread.
    nudge: Option<Nudge>,
}

struct State<S> {
    cache: Cache,
    stub: Stub,
    /// Questions that the machine has got and not answered.
    under_way: usize,
    /// Questions that it has not got yet, for there are too many.
    backlog: VecDeque<Query>,
    pace: Pace,
    waiters: Waiters,
    /// None while somebody leads.
    wire: Option<Wire<S>>,
    /// Whether there is more to do since the leader last looked.
    is_nudged: bool,
    /// Wakes the leader.
    leader: Option<Waker>,
    /// What takes the place of the machine when somebody leads next.
    successor: Option<Stub>,
}

/// What comes of a question.
pub(super) enum Put {
    Known(Arc<Answer>),
    /// The number of one who waits.
    Waits(u64),
}

/// Whose turn it is.
pub(super) enum Turn<S> {
    Answered(Arc<Answer>),
    Leads(Wire<S>),
}

impl<R: Runtime> Shared<R> {
    pub(super) fn new(runtime: R, config: ResolvConf, limits: Limits) -> io::Result<Self> {
        let (nudge, nudged) = if R::Io::BLOCKS {
            let (nudge, nudged) = Nudge::pair(&runtime)?;
            (Some(nudge), Some(nudged))
        } else {
            (None, None)
        };
        let state = State {
            cache: Cache::new(limits, u64::from_ne_bytes(random()?)),
            stub: stub(config)?,
            under_way: 0,
            backlog: VecDeque::new(),
            pace: Pace::new(),
            waiters: Waiters::default(),
            wire: Some(Wire::new(nudged)),
            is_nudged: false,
            leader: None,
            successor: None,
        };
        Ok(Self { runtime, state: Mutex::new(state), nudge })
    }

    /// Begins anew with other servers. What is under way is asked again.
    pub(super) fn reload(&self, config: ResolvConf) -> io::Result<()> {
        let stub = stub(config)?;
        let mut state = self.lock();
        state.successor = Some(stub);
        state.cache.clear();
        self.nudge(state);
        Ok(())
    }

    /// The answer, if it is known.
    pub(super) fn recall(&self, query: &Query) -> Option<Arc<Answer>> {
        let now = self.now();
        self.lock().cache.recall(query, now)
    }

    /// Puts a question.
    pub(super) fn put(&self, query: Query) -> Put {
        let now = self.now();
        let mut state = self.lock();
        if let Asked::Known(answer) = state.cache.ask(&query, now) {
            return Put::Known(answer);
        }
        let (number, is_first) = state.waiters.join(query.clone());
        if is_first {
            state.backlog.push_back(query);
            state.refill(now);
            self.nudge(state);
        }
        Put::Waits(number)
    }

    /// Waits for an answer, or for the turn to lead.
    pub(super) fn poll_turn(&self, number: u64, cx: &mut Context<'_>) -> Poll<Turn<R::Socket>> {
        let mut state = self.lock();
        if let Some(answer) = state.waiters.take(number) {
            return Poll::Ready(Turn::Answered(answer));
        }
        if let Some(wire) = state.wire.take() {
            return Poll::Ready(Turn::Leads(wire));
        }
        state.waiters.watch(number, cx.waker());
        Poll::Pending
    }

    /// Whether somebody's answer is there.
    pub(super) fn has_answer(&self, number: u64) -> bool {
        self.lock().waiters.has_answer(number)
    }

    /// Somebody waits no more.
    pub(super) fn leave(&self, number: u64) {
        let now = self.now();
        let mut state = self.lock();
        match state.waiters.leave(number) {
            Left::Answered => return,
            Left::Others => {}
            Left::Nobody(query) => state.abandon(&query, now),
        }
        // It may be the one that was woken to lead.
        self.follow(state);
    }

    /// Takes the sockets from a leader, and finds another one.
    pub(super) fn step_down(&self, wire: Wire<R::Socket>) {
        let mut state = self.lock();
        state.wire = Some(wire);
        state.leader = None;
        self.follow(state);
    }

    /// Wakes somebody to lead, if nobody does.
    fn follow(&self, mut state: Guard<'_, R>) {
        let next = if state.wire.is_some() { state.waiters.next_leader() } else { None };
        drop(state);
        if let Some(next) = next {
            next.wake();
        }
    }

    /// Tells the leader, if there is one, that there is more to do.
    fn nudge(&self, mut state: Guard<'_, R>) {
        if state.wire.is_some() || std::mem::replace(&mut state.is_nudged, true) {
            return;
        }
        let leader = state.leader.take();
        drop(state);
        if let Some(leader) = leader {
            leader.wake();
        }
        if let Some(nudge) = &self.nudge {
            nudge.send();
        }
    }

    /// Is ready when there is more to do for the leader.
    pub(super) fn poll_nudged(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.lock();
        if state.is_nudged {
            return Poll::Ready(());
        }
        if !state.leader.as_ref().is_some_and(|leader| leader.will_wake(cx.waker())) {
            state.leader = Some(cx.waker().clone());
        }
        Poll::Pending
    }
}

/// What a leader does with the machine.
impl<R: Runtime> Shared<R> {
    /// Begins a turn. Says whether the machine is another one, which knows no socket yet.
    pub(super) fn begin(&self) -> bool {
        let now = self.now();
        let mut state = self.lock();
        state.is_nudged = false;
        let Some(successor) = state.successor.take() else {
            return false;
        };
        state.stub = successor;
        // Its predecessor may have answered since it was there.
        state.cache.clear();
        state.under_way = 0;
        state.backlog = state.waiters.queries().cloned().collect();
        state.refill(now);
        true
    }

    /// The next thing to do.
    pub(super) fn poll_action(&self) -> Option<Action> {
        self.lock().stub.poll_action()
    }

    /// When there will be something to do.
    pub(super) fn poll_timeout(&self) -> Option<envoi_proto::Instant> {
        let state = self.lock();
        let has_more = !state.backlog.is_empty() && state.under_way < UNDER_WAY_MAX;
        let more = has_more.then(|| state.pace.period_ends());
        let deadline = state.stub.poll_timeout().into_iter().chain(more).min()?;
        Some(envoi_proto::Instant::from_origin(deadline.since_origin()))
    }

    pub(super) fn handle_timeout(&self) {
        let now = self.now();
        let mut state = self.lock();
        if state.stub.poll_timeout().is_some_and(|deadline| deadline <= now) {
            state.stub.handle_timeout(now);
        }
        state.refill(now);
    }

    pub(super) fn handle_input(&self, socket: SocketId, bytes: &[u8]) {
        let now = self.now();
        self.lock().stub.handle_input(socket, bytes, now);
    }

    pub(super) fn handle_failed(&self, socket: SocketId) {
        let now = self.now();
        self.lock().stub.handle_failed(socket, now);
    }

    /// Gives answers to all who wait for them. Says whether there were any.
    pub(super) fn hand_out(&self) -> bool {
        let now = self.now();
        let mut woken = Wakers::new();
        let mut has_any = false;
        {
            let mut state = self.lock();
            while let Some((query, answer)) = state.stub.poll_answer() {
                let answer = state.cache.handle_answer(&query, answer, now);
                state.waiters.hand_out(&query, &answer, &mut woken);
                state.under_way -= 1;
                state.pace.handle_answer();
                has_any = true;
            }
            state.is_nudged |= state.refill(now);
        }
        woken.into_iter().for_each(Waker::wake);
        has_any
    }

    fn lock(&self) -> Guard<'_, R> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> Instant {
        Instant::from_origin(self.runtime.now().since_origin())
    }
}

impl<S> State<S> {
    /// Gives the machine what it can take. Says whether that was anything.
    fn refill(&mut self, now: Instant) -> bool {
        let room = UNDER_WAY_MAX - self.under_way;
        let count = self.pace.take(room.min(self.backlog.len()), now);
        self.under_way += count;
        self.backlog.drain(..count).for_each(|query| self.stub.ask(query, now));
        count > 0
    }

    /// Nobody waits for an answer any more.
    fn abandon(&mut self, query: &Query, now: Instant) {
        self.cache.abandon(query);
        match self.backlog.iter().position(|other| other == query) {
            Some(place) => drop(self.backlog.remove(place)),
            None => self.under_way -= usize::from(self.stub.abandon(query, now)),
        }
    }
}

type Guard<'a, R> = MutexGuard<'a, State<<R as Runtime>::Socket>>;

/// A machine whose doings nobody can foresee.
fn stub(config: ResolvConf) -> io::Result<Stub> {
    Ok(Stub::new(Arc::new(config), random()?))
}

/// Most questions under way; others wait. It is less than what the machine can take.
const UNDER_WAY_MAX: usize = 2048;
