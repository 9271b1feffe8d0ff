//! A message to be sent.

use std::sync::Arc;

use envoi_proto::{Body, Envelope};

use crate::content::Content;

/// An envelope and the content that belongs to it.
#[derive(Clone, Debug)]
pub struct Message {
    /// Who sends to whom.
    pub envelope: Arc<Envelope>,
    /// The headers and the body.
    pub content: Content,
}

impl Message {
    /// A message. Length, size and body type that the envelope leaves open are those of the
    /// content, as far as they are known.
    pub fn new(mut envelope: Envelope, content: impl Into<Content>) -> Self {
        let content = content.into();
        if let Some(survey) = content.survey() {
            let body = if survey.is_eight_bit { Body::EightBitMime } else { Body::SevenBit };
            envelope.length.get_or_insert(survey.length);
            envelope.size.get_or_insert_with(|| survey.size());
            envelope.body.get_or_insert(body);
        }
        Self { envelope: Arc::new(envelope), content }
    }
}
