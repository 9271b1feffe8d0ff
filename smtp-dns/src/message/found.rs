//! The records of an answer.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::net::{Ipv4Addr, Ipv6Addr};
use core::ops::Deref;

use domain::base::rdata::{ParseRecordData, UnknownRecordData};
use domain::base::{ParsedName, ParsedRecord};
use domain::rdata;
use smallvec::SmallVec;

use crate::answer::{Mx, Records, Srv, Tlsa};
use crate::name::Name;
use crate::query::Kind;

/// Records of one kind, as they are found.
#[derive(Debug)]
pub(super) enum Found {
    A(SmallVec<[Ipv4Addr; 4]>),
    Aaaa(SmallVec<[Ipv6Addr; 1]>),
    Mx(SmallVec<[Mx; 1]>),
    Srv(Vec<Srv>),
    Tlsa(Vec<Tlsa>),
    Txt(Vec<Box<[u8]>>),
}

/// A record that makes no sense.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Senseless;

impl Found {
    /// None yet.
    pub(super) fn new(kind: Kind) -> Self {
        match kind {
            Kind::A => Self::A(SmallVec::new()),
            Kind::Aaaa => Self::Aaaa(SmallVec::new()),
            Kind::Mx => Self::Mx(SmallVec::new()),
            Kind::Srv => Self::Srv(Vec::new()),
            Kind::Tlsa => Self::Tlsa(Vec::new()),
            Kind::Txt => Self::Txt(Vec::new()),
        }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Self::A(records) => records.len(),
            Self::Aaaa(records) => records.len(),
            Self::Mx(records) => records.len(),
            Self::Srv(records) => records.len(),
            Self::Tlsa(records) => records.len(),
            Self::Txt(records) => records.len(),
        }
    }

    /// Adds a record of its kind. One that is there already is not added again (RFC 2181, 5), nor
    /// is one for which there is no room.
    pub(super) fn add(&mut self, record: &ParsedRecord<'_, &[u8]>) -> Result<(), Senseless> {
        if self.len() >= RECORDS_MAX {
            return Ok(());
        }
        match self {
            Self::A(records) => insert(records, read::<rdata::A>(record)?.addr()),
            Self::Aaaa(records) => insert(records, read::<rdata::Aaaa>(record)?.addr()),
            Self::Mx(records) => {
                let mx: rdata::Mx<ParsedName<&[u8]>> = read(record)?;
                let exchange = name(mx.exchange())?;
                insert(records, Mx { preference: mx.preference(), exchange });
            }
            Self::Srv(records) => {
                let srv: rdata::Srv<ParsedName<&[u8]>> = read(record)?;
                let target = name(srv.target())?;
                let (priority, weight, port) = (srv.priority(), srv.weight(), srv.port());
                insert(records, Srv { priority, weight, port, target });
            }
            Self::Tlsa(records) => {
                // RFC 6698, 2.1; the library's own type cannot be read by itself.
                let tlsa: UnknownRecordData<&[u8]> = read(record)?;
                let [usage, selector, matching, data @ ..] = *tlsa.data() else {
                    return Err(Senseless);
                };
                let (usage, selector, matching) = (*usage, *selector, *matching);
                insert(records, Tlsa { usage, selector, matching, data: data.into() });
            }
            Self::Txt(records) => {
                let text: Vec<u8> = read::<rdata::Txt<&[u8]>>(record)?.text();
                insert(records, text.into());
            }
        }
        Ok(())
    }

    /// The records, if there are any.
    pub(super) fn into_records(self) -> Option<Records> {
        if self.len() == 0 {
            return None;
        }
        Some(match self {
            Self::A(records) => Records::A(records),
            Self::Aaaa(records) => Records::Aaaa(records),
            Self::Mx(records) => Records::Mx(records),
            Self::Srv(records) => Records::Srv(records.into()),
            Self::Tlsa(records) => Records::Tlsa(records.into()),
            Self::Txt(records) => Records::Txt(records.into()),
        })
    }
}

/// The name in a record; none is the root.
pub(super) fn name(name: &ParsedName<&[u8]>) -> Result<Option<Name>, Senseless> {
    if name.is_root() {
        return Ok(None);
    }
    let mut text = [0; TEXT_MAX];
    let mut length = 0;
    for label in name.iter().filter(|label| !label.is_root()) {
        let label = label.as_slice();
        // A dot inside a label would make another name of it.
        if label.contains(&b'.') {
            return Err(Senseless);
        }
        let end = length + label.len();
        text[length..end].copy_from_slice(label);
        text[end] = b'.';
        length = end + 1;
    }
    // Names are in lower case: here that takes no allocation.
    text[..length].make_ascii_lowercase();
    let text = str::from_utf8(&text[..length - 1]).map_err(|_| Senseless)?;
    text.parse().map(Some).map_err(|_| Senseless)
}

/// Adds what is not there.
fn insert<T: PartialEq>(records: &mut (impl Extend<T> + Deref<Target = [T]>), record: T) {
    if !records.contains(&record) {
        records.extend([record]);
    }
}

fn read<'a, 'b, Data>(record: &ParsedRecord<'a, &'b [u8]>) -> Result<Data, Senseless>
where
    Data: ParseRecordData<'a, &'b [u8]>,
{
    let record = record.clone().into_record::<Data>();
    Ok(record.map_err(|_| Senseless)?.ok_or(Senseless)?.into_data())
}

/// Most records of an answer: more are cut off.
pub(super) const RECORDS_MAX: usize = 256;

/// Longest name in text, with the last dot.
const TEXT_MAX: usize = 255;
