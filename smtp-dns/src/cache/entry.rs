//! An answer that is kept.

use alloc::sync::Arc;

use crate::answer::Answer;
use crate::name::Name;
use crate::query::{Kind, Query};

use super::{lacks, size};

/// An answer with its question, in as few bytes as will do: there may be millions.
pub(super) struct Entry {
    name: Name,
    answer: Arc<Answer>,
    /// When it holds no more, in seconds.
    expires: u32,
    /// The kind that was asked for, [`USED`], and below [`OVERDUE_MAX`] for how many seconds it
    /// is told beyond its time.
    marks: u32,
}

impl Entry {
    pub(super) fn new(query: Query, answer: Arc<Answer>, expires: u32) -> Self {
        Self { name: query.name, answer, expires, marks: mark(query.kind) }
    }

    pub(super) const fn name(&self) -> &Name {
        &self.name
    }

    pub(super) fn set_name(&mut self, name: Name) {
        self.name = name;
    }

    pub(super) const fn answer(&self) -> &Arc<Answer> {
        &self.answer
    }

    pub(super) const fn answer_mut(&mut self) -> &mut Arc<Answer> {
        &mut self.answer
    }

    /// What stands for its kind.
    pub(super) const fn mark(&self) -> u32 {
        self.marks & KIND
    }

    /// What stands for the kind that the same name is asked for as well.
    pub(super) fn sibling_mark(&self) -> Option<u32> {
        let (a, aaaa) = (mark(Kind::A), mark(Kind::Aaaa));
        let is_address = self.mark() == a || self.mark() == aaaa;
        is_address.then(|| if self.mark() == a { aaaa } else { a })
    }

    pub(super) fn is_of(&self, name: &Name, mark: u32) -> bool {
        self.mark() == mark && self.name == *name
    }

    /// Whether it has been asked for since [`Self::set_used`] said no.
    pub(super) const fn is_used(&self) -> bool {
        self.marks & USED != 0
    }

    pub(super) const fn set_used(&mut self, is_used: bool) {
        self.marks = if is_used { self.marks | USED } else { self.marks & !USED };
    }

    pub(super) const fn holds(&self, now: u32) -> bool {
        now < self.expires
    }

    /// Whether it holds, or could still stand in for an answer that cannot be had.
    pub(super) fn is_usable(&self, now: u32, stale: u32) -> bool {
        self.holds(now) || self.answer.records.is_ok() && now < self.stale_until(stale)
    }

    /// Lets it be told until then, but not for longer than stale answers are.
    pub(super) fn prolong(&mut self, until: u32, stale: u32) {
        let until = until.min(self.stale_until(stale)).max(self.expires);
        // No more than `stale`, which has been cut to OVERDUE_MAX.
        let overdue = self.overdue() + (until - self.expires);
        self.marks = self.marks & !OVERDUE_MAX | overdue;
        self.expires = until;
    }

    /// What it takes in memory, without what it may share with other entries.
    pub(super) fn size(&self) -> usize {
        let is_shared = lacks::key(&self.answer).is_some();
        let answer = if is_shared { 0 } else { size::answer(&self.answer) };
        size_of::<Self>() + answer
    }

    fn stale_until(&self, stale: u32) -> u32 {
        (self.expires - self.overdue()).saturating_add(stale.min(OVERDUE_MAX))
    }

    const fn overdue(&self) -> u32 {
        self.marks & OVERDUE_MAX
    }
}

/// What stands for a kind among the marks.
pub(super) const fn mark(kind: Kind) -> u32 {
    let number = match kind {
        Kind::A => 0,
        Kind::Aaaa => 1,
        Kind::Mx => 2,
        Kind::Srv => 3,
        Kind::Tlsa => 4,
        Kind::Txt => 5,
    };
    number << KIND.trailing_zeros()
}

const USED: u32 = 1 << 31;
const KIND: u32 = 0b111 << 28;
/// Eight years and a half.
const OVERDUE_MAX: u32 = (1 << 28) - 1;
