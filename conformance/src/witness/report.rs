//! What the client reports, held against what was written and heard.

use envoi_proto::{Doubt, Event, Purpose, Stage, TransactionId};

use super::parcel::{Reported, is_positive};
use super::{Parcel, Standing, Violation, Witness, ensure};

impl Witness {
    /// The client told an event.
    ///
    /// # Errors
    /// If it is not true, or was told before.
    pub fn told(&mut self, event: &Event<'_>) -> Result<(), Violation> {
        match event {
            Event::Recipient { transaction, index, reply } => {
                self.recipient_told(*transaction, *index, reply.code.number())
            }
            Event::Message { transaction, stage, reply } => {
                self.message_told(*transaction, *stage, reply.code.number())
            }
            Event::Delivery { transaction, index, reply, .. } => {
                let is_sent = is_positive(reply.code.number());
                let place = self.open(*transaction)?;
                self.settle(place, *index, is_sent)
            }
            Event::Refused { transaction, .. } => {
                let place = self.open(*transaction)?;
                let parcel = &mut self.parcels[place];
                parcel.is_abandoned = true;
                settle_all(parcel, Reported::Settled)
            }
            Event::Lost { transaction, doubt, .. } => {
                let place = self.open(*transaction)?;
                let parcel = &mut self.parcels[place];
                let is_uncertain = *doubt == Doubt::Uncertain;
                let is_known = !self.is_blind;
                ensure(!is_known || is_uncertain == parcel.is_end_written, || {
                    format!("{transaction} is lost with {doubt:?}: its end was written or not")
                })?;
                settle_all(parcel, Reported::Lost(*doubt))
            }
            Event::End { transaction } => self.end_told(*transaction),
            Event::Unavailable { .. } | Event::Unsuitable(_) => {
                let open = self.parcels.iter().find(|parcel| !parcel.is_over);
                ensure(open.is_none(), || "unavailable with a message under way".into())
            }
            Event::Closed => {
                self.standing = Standing::Over;
                Ok(())
            }
            Event::Greeting { .. }
            | Event::Extensions(_)
            | Event::Tls(_)
            | Event::Authenticated
            | Event::Ready => Ok(()),
        }
    }

    /// The client says that the conversation has ended.
    pub fn ended(&mut self) {
        self.standing = Standing::Over;
    }

    fn recipient_told(&mut self, id: TransactionId, index: usize, code: u16) -> Told {
        let place = self.open(id)?;
        let is_blind = self.is_blind;
        let parcel = &mut self.parcels[place];
        if is_blind {
            parcel.recipients[index] = Some(code);
        }
        ensure(parcel.recipients[index] == Some(code), || {
            format!("recipient {index} of {id} was not answered with {code}")
        })?;
        let is_probe = parcel.envelope.purpose == Purpose::VerifyRecipients;
        if is_positive(code) && !is_probe {
            return Ok(());
        }
        self.settle(place, index, false)
    }

    fn message_told(&mut self, id: TransactionId, stage: Stage, code: u16) -> Told {
        let place = self.open(id)?;
        let is_end = matches!(stage, Stage::EndOfData | Stage::LastChunk);
        let parcel = &mut self.parcels[place];
        if is_end && is_positive(code) {
            let open = parcel.fates.iter().enumerate().filter(|(_, fate)| fate.is_none());
            let open: Vec<usize> = open.map(|(index, _)| index).collect();
            ensure(!open.is_empty(), || format!("{id} was settled before"))?;
            return open.into_iter().try_for_each(|index| self.settle(place, index, true));
        }
        settle_all(parcel, Reported::Settled)
    }

    fn settle(&mut self, place: usize, index: usize, is_sent: bool) -> Told {
        let parcel = &mut self.parcels[place];
        let id = parcel.id;
        let is_taken = self.is_blind || parcel.is_taken(index, self.is_lmtp);
        ensure(!is_sent || is_taken, || format!("recipient {index} of {id} is sent, but was not"))?;
        let fate = &mut parcel.fates[index];
        ensure(fate.is_none(), || format!("recipient {index} of {id} was settled before"))?;
        *fate = Some(if is_sent { Reported::Sent } else { Reported::Settled });
        Ok(())
    }

    fn end_told(&mut self, id: TransactionId) -> Told {
        let place = self.open(id)?;
        let is_lmtp = self.is_lmtp;
        let parcel = &mut self.parcels[place];
        parcel.is_over = true;
        parcel.is_withheld = !parcel.is_begun;
        if self.is_blind {
            return settled(parcel);
        }
        settled(parcel)?;
        for (index, fate) in parcel.fates.iter().enumerate() {
            let is_sent = *fate == Some(Reported::Sent);
            ensure(is_sent == parcel.is_taken(index, is_lmtp), || {
                format!("recipient {index} of {id} was taken by the server, and is not sent")
            })?;
        }
        Ok(())
    }

    /// Where a transaction stands of which something can be told.
    fn open(&self, id: TransactionId) -> Result<usize, Violation> {
        let place = self.place(id)?;
        ensure(!self.parcels[place].is_over, || {
            format!("something was told of {id} after its end")
        })?;
        Ok(place)
    }
}

type Told = Result<(), Violation>;

/// Each recipient has heard.
fn settled(parcel: &Parcel) -> Told {
    let open = parcel.fates.iter().position(Option::is_none);
    let never = |index| Violation(format!("recipient {index} of {} was never settled", parcel.id));
    open.map_or(Ok(()), |index| Err(never(index)))
}

/// Settles all that are not; there has to be one.
fn settle_all(parcel: &mut Parcel, fate: Reported) -> Told {
    let id = parcel.id;
    let is_open = parcel.fates.iter().any(Option::is_none);
    ensure(is_open, || format!("all of {id} was settled before"))?;
    parcel.fates.iter_mut().filter(|known| known.is_none()).for_each(|known| *known = Some(fate));
    Ok(())
}
