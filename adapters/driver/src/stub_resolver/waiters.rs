//! Who waits for which answer.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::task::Waker;

use envoi_dns::{Answer, Query};
use smallvec::SmallVec;

/// Those who wait, in the order in which they came.
#[derive(Debug, Default)]
pub(super) struct Waiters {
    /// By their number.
    all: BTreeMap<u64, Waiter>,
    /// The numbers of those who wait for the answer to a question.
    by_query: BTreeMap<Query, SmallVec<[u64; 1]>>,
    next: u64,
}

#[derive(Debug)]
struct Waiter {
    state: State,
    waker: Option<Waker>,
}

#[derive(Debug)]
enum State {
    Waits(Query),
    Has(Arc<Answer>),
}

/// Who is left when one of them leaves.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Left {
    /// It had its answer.
    Answered,
    /// Others wait for the same.
    Others,
    /// Nobody waits for the answer to this question.
    Nobody(Query),
}

impl Waiters {
    /// Lets one more wait for an answer. Gives its number, and whether it is the first.
    pub(super) fn join(&mut self, query: Query) -> (u64, bool) {
        let number = self.next;
        self.next += 1;
        let numbers = self.by_query.entry(query.clone()).or_default();
        numbers.push(number);
        let is_first = numbers.len() == 1;
        self.all.insert(number, Waiter { state: State::Waits(query), waker: None });
        (number, is_first)
    }

    /// The answer, if it is there; with it the waiter is gone. Without it nobody wakes it.
    pub(super) fn take(&mut self, number: u64) -> Option<Arc<Answer>> {
        let waiter = self.all.get_mut(&number).expect("it waits until it has its answer");
        let State::Has(answer) = &waiter.state else {
            waiter.waker = None;
            return None;
        };
        let answer = answer.clone();
        self.all.remove(&number);
        Some(answer)
    }

    /// Has one woken when its answer comes, or when it is to lead.
    pub(super) fn watch(&mut self, number: u64, waker: &Waker) {
        let waiter = self.all.get_mut(&number).expect("it waits until it has its answer");
        waiter.waker = Some(waker.clone());
    }

    /// Whether its answer is there.
    pub(super) fn has_answer(&self, number: u64) -> bool {
        self.all.get(&number).is_some_and(|waiter| matches!(waiter.state, State::Has(_)))
    }

    /// Removes one that waits no more.
    pub(super) fn leave(&mut self, number: u64) -> Left {
        let Some(Waiter { state: State::Waits(query), .. }) = self.all.remove(&number) else {
            return Left::Answered;
        };
        let others = self.by_query.get_mut(&query).expect("it waits for an answer");
        others.retain(|other| *other != number);
        if !others.is_empty() {
            return Left::Others;
        }
        self.by_query.remove(&query);
        Left::Nobody(query)
    }

    /// Gives an answer to all who wait for it. Gives those who are to be woken.
    pub(super) fn hand_out(&mut self, query: &Query, answer: &Arc<Answer>, woken: &mut Wakers) {
        for number in self.by_query.remove(query).unwrap_or_default() {
            if let Some(waiter) = self.all.get_mut(&number) {
                waiter.state = State::Has(answer.clone());
                woken.extend(waiter.waker.take());
            }
        }
    }

    /// The first who still waits and has not been woken since it was last polled.
    pub(super) fn next_leader(&mut self) -> Option<Waker> {
        let mut waiting =
            self.all.values_mut().filter(|waiter| matches!(waiter.state, State::Waits(_)));
        waiting.find_map(|waiter| waiter.waker.take())
    }

    /// The questions that somebody waits for.
    pub(super) fn queries(&self) -> impl Iterator<Item = &Query> {
        self.by_query.keys()
    }
}

/// Those who are to be woken once nothing is locked.
pub(super) type Wakers = SmallVec<[Waker; 4]>;

#[cfg(test)]
mod tests {
    use envoi_dns::{Kind, Lack};

    use super::*;

    fn query(name: &str) -> Query {
        Query { name: name.parse().unwrap(), kind: Kind::A }
    }

    fn answer() -> Arc<Answer> {
        Arc::new(Answer::lacking(Lack::NoName))
    }

    /// Says if the answer is there. If not, it is waited for.
    fn poll(waiters: &mut Waiters, number: u64) -> bool {
        if waiters.take(number).is_some() {
            return true;
        }
        waiters.watch(number, Waker::noop());
        false
    }

    #[test]
    fn all_who_ask_the_same_get_the_answer() {
        let mut waiters = Waiters::default();
        let [one, two, other] = ["a", "a", "b"].map(|name| waiters.join(query(name)).0);
        assert!(!poll(&mut waiters, one));
        let mut woken = Wakers::new();
        waiters.hand_out(&query("a"), &answer(), &mut woken);
        // The second was never polled: nobody is there to be woken.
        assert_eq!(woken.len(), 1);
        assert_eq!([one, two, other].map(|number| waiters.has_answer(number)), [true, true, false]);
        assert_eq!([one, two, other].map(|number| poll(&mut waiters, number)), [true, true, false]);
        assert_eq!(waiters.all.len(), 1);
    }

    #[test]
    fn a_question_is_given_up_with_the_last_who_waits() {
        let mut waiters = Waiters::default();
        let [(one, true), (two, false)] = ["a", "a"].map(|name| waiters.join(query(name))) else {
            panic!("one of them is the first")
        };
        assert_eq!(waiters.leave(one), Left::Others);
        assert_eq!(waiters.leave(two), Left::Nobody(query("a")));
        assert_eq!(waiters.queries().count(), 0);
    }

    #[test]
    fn whoever_leaves_with_an_answer_gives_up_nothing() {
        let mut waiters = Waiters::default();
        let (one, _) = waiters.join(query("a"));
        waiters.hand_out(&query("a"), &answer(), &mut Wakers::new());
        assert_eq!(waiters.leave(one), Left::Answered);
        assert_eq!(waiters.leave(one), Left::Answered);
        assert!(waiters.all.is_empty());
    }

    #[test]
    fn the_next_leader_is_one_who_can_be_woken() {
        let mut waiters = Waiters::default();
        let [_, two, three] = ["a", "b", "c"].map(|name| waiters.join(query(name)).0);
        assert!(waiters.next_leader().is_none());
        assert!(!poll(&mut waiters, two) && !poll(&mut waiters, three));
        assert!(waiters.next_leader().is_some());
        assert!(waiters.all[&two].waker.is_none());
        assert!(waiters.next_leader().is_some());
        assert!(waiters.next_leader().is_none());
    }
}
