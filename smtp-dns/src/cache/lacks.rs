//! Lacks of records: many names have the same.

use alloc::collections::BTreeMap;
use alloc::collections::btree_map::Entry;
use alloc::sync::Arc;

use crate::answer::Answer;

use super::size;

/// Answers without records, each kept once for all names that have it.
#[derive(Default)]
pub(super) struct Lacks {
    known: BTreeMap<Key, (Arc<Answer>, usize)>,
}

/// What tells one lack from another: which it is, its TTL, and whether it is secure.
type Key = (u8, u32, bool);

/// A lack, with the number of its users.
pub(super) type Shared = (Key, (Arc<Answer>, usize));

impl Lacks {
    /// Replaces a lack by the same that others use.
    pub(super) fn share(&mut self, answer: &mut Arc<Answer>) {
        let Some(key) = key(answer) else {
            return;
        };
        let (known, users) = self.known.entry(key).or_insert_with(|| (answer.clone(), 0));
        *answer = known.clone();
        *users += 1;
    }

    /// Forgets a lack with the last of its users.
    pub(super) fn release(&mut self, answer: &Answer) {
        if let Some(key) = key(answer)
            && let Entry::Occupied(mut known) = self.known.entry(key)
        {
            known.get_mut().1 -= 1;
            if known.get().1 == 0 {
                known.remove();
            }
        }
    }

    /// What they take in memory.
    pub(super) fn bytes(&self) -> usize {
        self.known.len() * size::LACK
    }
}

/// What an answer is kept by if it is a lack that others can have as well.
pub(super) fn key(answer: &Answer) -> Option<Key> {
    let lack = answer.records.as_ref().err()?;
    answer.canonical.is_none().then_some((*lack as u8, answer.ttl, answer.is_secure))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::Lack;

    #[test]
    fn lack_is_kept_once_until_its_last_user_has_gone() {
        let mut lacks = Lacks::default();
        let [mut one, mut other] = [lack(60), lack(60)];
        lacks.share(&mut one);
        lacks.share(&mut other);
        assert!(Arc::ptr_eq(&one, &other));
        assert_eq!(lacks.bytes(), size::LACK);
        lacks.release(&one);
        assert_eq!(lacks.bytes(), size::LACK);
        lacks.release(&other);
        assert_eq!(lacks.bytes(), 0);
    }

    #[test]
    fn different_lacks_are_told_apart() {
        let mut lacks = Lacks::default();
        let no_name = Arc::new(Answer { ttl: 60, ..Answer::lacking(Lack::NoName) });
        let secure = Arc::new(Answer { is_secure: true, ..(*no_name).clone() });
        for lack in [lack(60), lack(61), no_name, secure] {
            let mut shared = lack.clone();
            lacks.share(&mut shared);
            assert_eq!(shared, lack);
        }
        assert_eq!(lacks.bytes(), 4 * size::LACK);
    }

    fn lack(ttl: u32) -> Arc<Answer> {
        Arc::new(Answer { ttl, ..Answer::lacking(Lack::NoData) })
    }
}
