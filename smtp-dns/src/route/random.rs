//! Order that a seed decides.

/// Numbers that follow from a seed (SplitMix64). Whoever knows the seed knows them all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number that is less than `bound`, which is not zero.
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        // Multiplied, the high half is as even as bounds of this size need.
        let high = (u128::from(self.next()) * u128::from(bound)) >> 64;
        high as u32
    }

    /// Puts items in an order of which each is as likely as any other.
    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let j = self.below(i as u32 + 1) as usize;
            items.swap(i, j);
        }
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    #[test]
    fn the_numbers_are_those_of_the_published_generator() {
        let mut random = Random::new(1_234_567);
        let numbers = [(); 3].map(|()| random.next());
        let published =
            [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423];
        assert_eq!(numbers, published);
    }

    #[test]
    fn every_order_is_as_likely_as_any_other() {
        let mut orders: BTreeMap<[u8; 4], u32> = BTreeMap::new();
        for seed in 0..24_000 {
            let mut items = [1, 2, 3, 4];
            Random::new(seed).shuffle(&mut items);
            *orders.entry(items).or_default() += 1;
        }
        assert_eq!(orders.len(), 24);
        // Five standard deviations from the mean of 1000.
        assert!(orders.values().all(|times| (845..=1155).contains(times)), "{orders:?}");
    }

    #[test]
    fn numbers_stay_below_their_bound() {
        let mut random = Random::new(1);
        assert!((0..1000).all(|_| random.below(1) == 0));
        assert!((0..1000).all(|_| random.below(3) < 3));
        assert!((0..1000).all(|_| random.below(u32::MAX) < u32::MAX));
    }
}
