//! Parts of an envelope.

use alloc::sync::Arc;

use envoi_proto::Envelope;

/// An envelope with the recipients at these places alone, which have to be there, in order.
pub(crate) fn part(envelope: &Arc<Envelope>, places: &[usize]) -> Arc<Envelope> {
    if places.len() == envelope.recipients.len() {
        return envelope.clone();
    }
    let mut part = Envelope::clone(envelope);
    part.recipients = places.iter().map(|place| envelope.recipients[*place].clone()).collect();
    part.into()
}
