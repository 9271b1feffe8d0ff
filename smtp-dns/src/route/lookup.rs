//! The addresses of one host.

use alloc::string::ToString as _;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::{NativeLack, Question};
use crate::answer::{Answer, Lack, Records};
use crate::failure::Failure;
use crate::name::Name;
use crate::query::{Kind, Query};
use crate::rules::{Families, Family, HostLookup, Rules};

/// A host's addresses, as far as they are known.
#[derive(Debug)]
pub(super) struct Lookup {
    pub(super) subject: Subject,
    a: Slot<Arc<Answer>>,
    aaaa: Slot<Arc<Answer>>,
    native: Slot<Result<Vec<IpAddr>, NativeLack>>,
}

/// What is looked up.
#[derive(Debug)]
pub(super) enum Subject {
    Name(Name),
    /// An address, with its text: there is nothing to be asked.
    Address(IpAddr, Arc<str>),
    /// A number that is no address. Some servers would have one for it all the same.
    Number(Name),
}

/// How far a question has come.
#[derive(Debug)]
enum Slot<T> {
    NotWanted,
    Wanted,
    Asked,
    Known(T),
}

impl Lookup {
    /// The lookup of a name, or of an address that stands in its place.
    pub(super) fn of_name(name: &Name, rules: &Rules) -> Self {
        let subject = Subject::of(name);
        let mut lookup = Self::new(subject);
        if matches!(lookup.subject, Subject::Name(_)) {
            if asks_dns(rules) {
                lookup.a = Slot::wanted_if(rules.families.include(Family::Ipv4));
                lookup.aaaa = Slot::wanted_if(rules.families.include(Family::Ipv6));
            } else {
                lookup.native = Slot::Wanted;
            }
        }
        lookup
    }

    pub(super) fn of_address(address: IpAddr) -> Self {
        Self::new(Subject::Address(address, address.to_string().into()))
    }

    fn new(subject: Subject) -> Self {
        let (a, aaaa, native) = (Slot::NotWanted, Slot::NotWanted, Slot::NotWanted);
        Self { subject, a, aaaa, native }
    }

    /// Whether it is about this name.
    pub(super) fn is_of(&self, other: &Name) -> bool {
        match &self.subject {
            Subject::Name(name) | Subject::Number(name) => name == other,
            Subject::Address(_, text) => **text == *other.as_str(),
        }
    }

    /// The next question that has not been asked.
    pub(super) fn poll_question(&mut self) -> Option<Question> {
        let Subject::Name(name) = &self.subject else { return None };
        let query = |kind| Question::Dns(Query { name: name.clone(), kind });
        if self.a.ask() {
            Some(query(Kind::A))
        } else if self.aaaa.ask() {
            Some(query(Kind::Aaaa))
        } else {
            self.native.ask().then(|| Question::Native(name.clone()))
        }
    }

    /// Takes an answer, if it is to a question of this lookup; says whether it is.
    pub(super) fn handle_answer(
        &mut self,
        query: &Query,
        answer: &Arc<Answer>,
        rules: &Rules,
    ) -> bool {
        let slot = match query.kind {
            Kind::A => &mut self.a,
            Kind::Aaaa => &mut self.aaaa,
            Kind::Mx | Kind::Srv | Kind::Tlsa | Kind::Txt => return false,
        };
        if !matches!(slot, Slot::Asked) || !self.subject.is_name(&query.name) {
            return false;
        }
        *slot = Slot::Known(answer.clone());
        let is_native_next = rules.host_lookup == HostLookup::DnsThenNative && self.is_not_found();
        self.native = Slot::wanted_if(is_native_next);
        true
    }

    /// Takes what the system found, if this lookup has asked for it; says whether it has.
    pub(super) fn handle_native(
        &mut self,
        name: &Name,
        found: &mut Result<Vec<IpAddr>, NativeLack>,
    ) -> bool {
        if !matches!(self.native, Slot::Asked) || !self.subject.is_name(name) {
            return false;
        }
        self.native = Slot::Known(core::mem::replace(found, Ok(Vec::new())));
        true
    }

    /// Whether all its questions are answered.
    pub(super) fn is_complete(&self) -> bool {
        !self.a.is_open() && !self.aaaa.is_open() && !self.native.is_open()
    }

    /// Its addresses of the families that are used, those of IPv4 first.
    pub(super) fn addresses(&self, families: Families) -> impl Iterator<Item = IpAddr> {
        self.all_addresses().filter(move |address| families.include(Family::of(*address)))
    }

    /// Its addresses of other families.
    pub(super) fn unused_addresses(&self, families: Families) -> impl Iterator<Item = IpAddr> {
        self.all_addresses().filter(move |address| !families.include(Family::of(*address)))
    }

    fn all_addresses(&self) -> impl Iterator<Item = IpAddr> {
        let literal = match self.subject {
            Subject::Address(address, _) => Some(address),
            Subject::Name(_) | Subject::Number(_) => None,
        };
        let native = match &self.native {
            Slot::Known(Ok(addresses)) => &addresses[..],
            Slot::Known(Err(_)) | Slot::NotWanted | Slot::Wanted | Slot::Asked => &[],
        };
        let a = self.a.known().map_or(&[][..], |answer| ipv4(answer).unwrap_or_default());
        let aaaa = self.aaaa.known().map_or(&[][..], |answer| ipv6(answer).unwrap_or_default());
        let dns = a.iter().copied().map(IpAddr::V4).chain(aaaa.iter().copied().map(IpAddr::V6));
        literal.into_iter().chain(dns).chain(native.iter().copied())
    }

    /// The answer of the DNS that has the address, if it is from there.
    pub(super) fn answer(&self, address: IpAddr) -> Option<&Answer> {
        match Family::of(address) {
            Family::Ipv4 => self.a.known().map(|answer| &**answer).filter(|a| ipv4(a).is_ok()),
            Family::Ipv6 => self.aaaa.known().map(|answer| &**answer).filter(|a| ipv6(a).is_ok()),
        }
    }

    /// Why there is no address that can be used.
    pub(super) fn failure(&self, rules: &Rules) -> Failure {
        let name = match &self.subject {
            Subject::Name(name) => name,
            Subject::Number(name) => return Failure::NoName(name.into()),
            Subject::Address(address, _) => {
                let lookup = if rules.dns { rules.host_lookup } else { HostLookup::Native };
                return Failure::Family { address: *address, lookup };
            }
        };
        match &self.native {
            Slot::Known(Err(lack)) => Failure::Native { name: name.clone(), lack: *lack },
            Slot::Known(Ok(addresses)) if addresses.is_empty() => {
                Failure::Native { name: name.clone(), lack: NativeLack::NotFound }
            }
            Slot::Known(Ok(_)) => Failure::NativeFamily(name.clone()),
            Slot::NotWanted | Slot::Wanted | Slot::Asked => self.dns_failure(name),
        }
    }

    fn dns_failure(&self, name: &Name) -> Failure {
        // Of two that weigh the same, the last is told.
        let worst = self.lacks().max_by_key(|(_, _, lack)| gravity(*lack));
        let (kind, canonical, lack) = worst.unwrap_or((Kind::A, None, Lack::NoData));
        // A name that is there is asked for itself at the end of the CNAMEs.
        let canonical = canonical.filter(|_| lack == Lack::NoData);
        Failure::Lookup { name: canonical.unwrap_or(name).clone(), kind, lack }
    }

    /// Why the DNS has no addresses, by kind, with the name that CNAMEs led to.
    fn lacks(&self) -> impl Iterator<Item = (Kind, Option<&Name>, Lack)> {
        let a = self.a.known().and_then(|answer| Some((answer, ipv4(answer).err()?)));
        let aaaa = self.aaaa.known().and_then(|answer| Some((answer, ipv6(answer).err()?)));
        let both = [(Kind::A, a), (Kind::Aaaa, aaaa)];
        both.into_iter().filter_map(|(kind, lacking)| {
            let (answer, lack) = lacking?;
            Some((kind, answer.canonical.as_deref(), lack))
        })
    }

    /// Whether the DNS has told all, and has no addresses.
    fn is_not_found(&self) -> bool {
        let asked = [&self.a, &self.aaaa];
        let questions = asked.iter().filter(|slot| !matches!(slot, Slot::NotWanted)).count();
        self.lacks().filter(|(_, _, lack)| gravity(*lack) == 0).count() == questions
    }
}

impl Subject {
    fn of(name: &Name) -> Self {
        if !name.is_numeric() {
            return Self::Name(name.clone());
        }
        match name.as_str().parse::<Ipv4Addr>() {
            Ok(address) => Self::Address(address.into(), name.into()),
            Err(_) => Self::Number(name.clone()),
        }
    }

    /// Whether it is a name, and this one.
    fn is_name(&self, other: &Name) -> bool {
        match self {
            Self::Name(name) => name == other,
            Self::Address(..) | Self::Number(_) => false,
        }
    }

    /// What it is called.
    pub(super) fn text(&self) -> Arc<str> {
        match self {
            Self::Name(name) | Self::Number(name) => name.into(),
            Self::Address(_, text) => text.clone(),
        }
    }

    /// Its name, if it has one.
    pub(super) fn name(&self) -> Option<&Name> {
        match self {
            Self::Name(name) | Self::Number(name) => Some(name),
            Self::Address(..) => None,
        }
    }
}

impl<T> Slot<T> {
    fn wanted_if(is_wanted: bool) -> Self {
        if is_wanted { Self::Wanted } else { Self::NotWanted }
    }

    /// Whether it is to be asked; it is, from here on.
    fn ask(&mut self) -> bool {
        let is_wanted = matches!(self, Self::Wanted);
        if is_wanted {
            *self = Self::Asked;
        }
        is_wanted
    }

    fn is_open(&self) -> bool {
        matches!(self, Self::Wanted | Self::Asked)
    }

    fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::NotWanted | Self::Wanted | Self::Asked => None,
        }
    }
}

fn asks_dns(rules: &Rules) -> bool {
    rules.dns && rules.host_lookup != HostLookup::Native
}

fn ipv4(answer: &Answer) -> Result<&[Ipv4Addr], Lack> {
    match answer.records.as_ref().map_err(|lack| *lack)? {
        Records::A(addresses) if addresses.is_empty() => Err(Lack::NoData),
        Records::A(addresses) => Ok(addresses),
        Records::Aaaa(_)
        | Records::Mx(_)
        | Records::Srv(_)
        | Records::Tlsa(_)
        | Records::Txt(_) => Err(Lack::Malformed),
    }
}

fn ipv6(answer: &Answer) -> Result<&[Ipv6Addr], Lack> {
    match answer.records.as_ref().map_err(|lack| *lack)? {
        Records::Aaaa(addresses) if addresses.is_empty() => Err(Lack::NoData),
        Records::Aaaa(addresses) => Ok(addresses),
        Records::A(_) | Records::Mx(_) | Records::Srv(_) | Records::Tlsa(_) | Records::Txt(_) => {
            Err(Lack::Malformed)
        }
    }
}

/// Which of two reasons is told. None weighs less than that there is nothing.
fn gravity(lack: Lack) -> u8 {
    match lack {
        Lack::NoName | Lack::NoData => 0,
        Lack::Refused => 1,
        Lack::Malformed => 2,
        Lack::TryAgain => 3,
        Lack::Filtered => 4,
    }
}
