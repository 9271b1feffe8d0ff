//! What became of letters, in the order in which they were given.

use std::collections::BTreeMap;

use envoi_delivery::Sorting;
use envoi_driver::Report;

use crate::letter::Letter;

/// Where reports are put in the order of the letters.
pub(crate) struct Desk<'a> {
    letters: &'a [Letter],
    /// Reports that came before their turn, by the place of the letter.
    waiting: BTreeMap<usize, Report>,
    /// Whose turn it is.
    next: usize,
    /// Hears what became of each letter.
    report: &'a mut dyn FnMut(&Letter, &Report),
}

impl<'a> Desk<'a> {
    /// None has come yet. Each will be told in its turn.
    pub(crate) fn new(letters: &'a [Letter], report: &'a mut dyn FnMut(&Letter, &Report)) -> Self {
        Self { letters, waiting: BTreeMap::new(), next: 0, report }
    }

    /// Takes what became of a letter.
    pub(crate) fn settle(&mut self, letter: usize, report: Report) {
        self.waiting.insert(letter, report);
        while let Some(report) = self.waiting.remove(&self.next) {
            (self.report)(&self.letters[self.next], &report);
            self.next += 1;
        }
    }

    /// Takes what became of all letters that are settled.
    pub(crate) fn take(&mut self, sorting: &mut Sorting) {
        while let Some((letter, report)) = sorting.poll_report() {
            self.settle(letter, report);
        }
    }
}
