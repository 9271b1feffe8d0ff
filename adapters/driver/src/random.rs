//! What nobody can foresee.

use std::hash::{BuildHasher as _, RandomState};
use std::io;

/// Random bytes of the system's.
pub(crate) fn random<const N: usize>() -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes)
}

/// A number for what need not be a secret. It takes no system call.
pub fn seed() -> u64 {
    // Each state has keys of its own, and a thread's first are the system's random bytes.
    RandomState::new().hash_one(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn seeds_differ() {
        let mut seeds: BTreeSet<_> = (0..1000).map(|_| seed()).collect();
        seeds.extend(std::thread::spawn(seed).join());
        assert_eq!(seeds.len(), 1001);
    }
}
