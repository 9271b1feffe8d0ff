//! Letter case that an attacker would have to guess.

use rand_chacha::rand_core::Rng;

/// Which letters of a name are asked for in upper case, by their places in its text.
///
/// Servers repeat a question as it was asked (draft-vixie-dnsext-dns0x20), so that each letter
/// makes a forged answer less likely by half.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Casing([u64; WORDS]);

impl Casing {
    /// A case for a name of so many characters that nobody foresees.
    pub(crate) fn random(characters: usize, random: &mut impl Rng) -> Self {
        let mut words = [0; WORDS];
        for word in words.iter_mut().take(characters.div_ceil(u64::BITS as usize)) {
            *word = random.next_u64();
        }
        Self(words)
    }

    /// The byte as it is asked for at a place.
    pub(crate) fn apply(&self, place: usize, byte: u8) -> u8 {
        let bits = u64::BITS as usize;
        let is_upper = self.0[place / bits] >> (place % bits) & 1 == 1;
        if is_upper { byte.to_ascii_uppercase() } else { byte }
    }
}

/// Words with a bit for each byte of a name (RFC 1035, 2.3.4).
const WORDS: usize = 4;

#[cfg(test)]
mod tests {
    use rand_chacha::ChaCha12Rng;
    use rand_chacha::rand_core::SeedableRng as _;

    use super::*;

    #[test]
    fn letters_are_in_either_case_and_nothing_else_changes() {
        let mut random = ChaCha12Rng::from_seed([7; 32]);
        let casing = Casing::random(253, &mut random);
        let letters = (0..253).map(|place| casing.apply(place, b'a'));
        let upper = letters.filter(|letter| *letter == b'A').count();
        assert!((90..160).contains(&upper), "{upper}");
        for byte in *b"0123456789-_." {
            assert!((0..253).all(|place| casing.apply(place, byte) == byte));
        }
    }

    #[test]
    fn without_casing_all_letters_are_small() {
        assert!((0..253).all(|place| Casing::default().apply(place, b'z') == b'z'));
    }
}
