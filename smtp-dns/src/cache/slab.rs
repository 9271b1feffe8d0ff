//! Many things in a row that does not move.

use alloc::vec::Vec;
use core::ops::{Index, IndexMut};

/// A list in pieces of the same length, which is never copied to grow and gives back what it no
/// longer needs.
pub(super) struct Slab<T> {
    /// All but the last are full, not counting a spare one.
    pieces: Vec<Vec<T>>,
    len: usize,
}

impl<T> Slab<T> {
    pub(super) const fn new() -> Self {
        Self { pieces: Vec::new(), len: 0 }
    }

    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn push(&mut self, item: T) {
        if self.len == self.pieces.len() * PIECE {
            self.pieces.push(Vec::with_capacity(PIECE));
        }
        self.pieces[self.len / PIECE].push(item);
        self.len += 1;
    }

    /// Takes one out, and puts the last one in its place.
    pub(super) fn swap_remove(&mut self, at: usize) -> T {
        let last = self.len.checked_sub(1).expect("there is one: the caller has its place");
        let item = self.pieces[last / PIECE].pop().expect("pieces below the length are not empty");
        self.len = last;
        // One empty piece stays: at its border, each change would make or free it.
        self.pieces.truncate(last.div_ceil(PIECE) + 1);
        if at == last { item } else { core::mem::replace(&mut self[at], item) }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }
}

impl<T> Index<usize> for Slab<T> {
    type Output = T;

    fn index(&self, at: usize) -> &T {
        &self.pieces[at / PIECE][at % PIECE]
    }
}

impl<T> IndexMut<usize> for Slab<T> {
    fn index_mut(&mut self, at: usize) -> &mut T {
        &mut self.pieces[at / PIECE][at % PIECE]
    }
}

/// Items of a piece.
const PIECE: usize = 1024;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_keep_their_places_but_for_the_last() {
        let mut slab = Slab::new();
        (0..3 * PIECE).for_each(|n| slab.push(n));
        assert_eq!(slab.swap_remove(PIECE), PIECE);
        assert_eq!(slab[PIECE], 3 * PIECE - 1);
        assert_eq!(slab.swap_remove(3 * PIECE - 2), 3 * PIECE - 2);
        assert_eq!(slab.len(), 3 * PIECE - 2);
        assert!((0..slab.len()).all(|at| at == PIECE || slab[at] == at));
    }

    #[test]
    fn pieces_that_are_empty_are_given_back_but_for_one() {
        let mut slab = Slab::new();
        (0..3 * PIECE).for_each(|n| slab.push(n));
        while slab.len() > PIECE {
            slab.swap_remove(0);
        }
        assert_eq!(slab.pieces.len(), 2);
        slab.push(0);
        slab.swap_remove(0);
        assert_eq!(slab.pieces.len(), 2);
    }
}
