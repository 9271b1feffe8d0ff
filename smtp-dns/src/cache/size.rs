//! What answers take in memory.

use smallvec::{Array, SmallVec};

use crate::answer::{Answer, Records};
use crate::name::Name;

use super::entry::Entry;
use super::lacks::Shared;

/// An answer that is shared, with everything in it.
///
/// A name that others share counts each time.
pub(super) fn answer(answer: &Answer) -> usize {
    let canonical = answer.canonical.as_deref();
    let canonical = canonical.map_or(0, |name| allocation(size_of::<Name>()) + text(name));
    ANSWER + canonical + answer.records.as_ref().map_or(0, records)
}

/// The text of a name.
pub(super) fn text(name: &Name) -> usize {
    allocation(COUNTS + name.as_str().len())
}

fn records(records: &Records) -> usize {
    match records {
        Records::A(addresses) => list(addresses),
        Records::Aaaa(addresses) => list(addresses),
        Records::Mx(exchangers) => {
            let names = exchangers.iter().filter_map(|mx| mx.exchange.as_ref());
            list(exchangers) + names.map(text).sum::<usize>()
        }
        Records::Srv(hosts) => {
            let names = hosts.iter().filter_map(|srv| srv.target.as_ref());
            allocation(size_of_val(&**hosts)) + names.map(text).sum::<usize>()
        }
        Records::Tlsa(records) => {
            let data = records.iter().map(|tlsa| allocation(tlsa.data.len()));
            allocation(size_of_val(&**records)) + data.sum::<usize>()
        }
        Records::Txt(texts) => {
            let data = texts.iter().map(|text| allocation(text.len()));
            allocation(size_of_val(&**texts)) + data.sum::<usize>()
        }
    }
}

fn list<A: Array>(list: &SmallVec<A>) -> usize {
    if list.spilled() { allocation(list.capacity() * size_of::<A::Item>()) } else { 0 }
}

/// What an allocator takes for so many bytes: common ones add a word and round up to two.
const fn allocation(bytes: usize) -> usize {
    const WORD: usize = size_of::<usize>();
    let least = if bytes < 3 * WORD { 3 * WORD } else { bytes };
    if bytes == 0 { 0 } else { (least + WORD).next_multiple_of(2 * WORD) }
}

/// A lack of records, with what it takes to find it.
pub(super) const LACK: usize = ANSWER + 2 * size_of::<Shared>();

/// The least that an entry takes which has records.
pub(super) const ENTRY_MIN: usize = size_of::<Entry>() + ANSWER + allocation(COUNTS + 1);

const ANSWER: usize = allocation(COUNTS + size_of::<Answer>());

/// The two counts of what is shared.
const COUNTS: usize = 2 * size_of::<usize>();
