//! The content of a message of a dialogue, as a program gives it to the driver.

use std::io;
use std::task::{Context, Poll};

use bytes::Bytes;
use conformance::dialogue::Message;
use envoi_driver::{Content, Open, Source};

pub(crate) fn content(message: &Message) -> Content {
    let bytes = Bytes::copy_from_slice(message.content());
    match message.breaks_after {
        None => bytes.into(),
        Some(end) => Content::open_with(Breaking(bytes.slice(..end)), None),
    }
}

/// Content that breaks off at its end.
#[derive(Clone)]
struct Breaking(Bytes);

impl Open for Breaking {
    fn open(&self) -> io::Result<Box<dyn Source + Send>> {
        Ok(Box::new(self.clone()))
    }
}

impl Source for Breaking {
    fn poll_next(&mut self, _: &mut Context<'_>) -> Poll<io::Result<Bytes>> {
        let bytes = std::mem::take(&mut self.0);
        Poll::Ready(if bytes.is_empty() { Err(io::Error::other("broken")) } else { Ok(bytes) })
    }
}
