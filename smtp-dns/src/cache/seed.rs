//! How names are hashed.

use core::hash::{Hash as _, Hasher as _};

use foldhash::SharedSeed;
use foldhash::fast::FoldHasher;

use crate::name::Name;

/// What decides which hashes names have.
///
/// Both halves of foldhash's seed are our own: with the one that it has built in, names could be
/// chosen that collide whatever the other one is.
pub(super) struct Seed {
    own: u64,
    shared: SharedSeed,
}

impl Seed {
    pub(super) const fn new(seed: u64) -> Self {
        Self { own: seed, shared: SharedSeed::from_u64(seed) }
    }

    pub(super) fn hash(&self, name: &Name) -> u64 {
        let mut hasher = FoldHasher::with_seed(self.own, &self.shared);
        name.hash(&mut hasher);
        hasher.finish()
    }
}
