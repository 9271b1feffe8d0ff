//! Content on its way to a server without 8BITMIME.

use alloc::sync::Arc;

use bytes::BytesMut;

use super::Encoder;
use crate::config::Config;
use crate::editor::{EditFailure, Editor, Edits};

/// An editor that converts, before an encoder.
#[derive(Debug)]
pub(crate) struct Converter {
    editor: Editor,
}

impl Converter {
    /// A converter at the start of a message.
    pub(crate) fn new(config: &Config) -> Self {
        Self { editor: Editor::new(Arc::new(Edits::converting(config))) }
    }

    /// Appends to `out` what `input` becomes, in a room of about `room` bytes, and says how much of
    /// `input` that took.
    pub(crate) fn encode(
        &mut self,
        input: &[u8],
        encoder: &mut Encoder,
        out: &mut BytesMut,
        room: usize,
    ) -> usize {
        let end = out.len() + room;
        let mut taken = 0;
        while taken < input.len() {
            let rest = &input[taken..];
            self.flush(encoder, out, end);
            let room = end.saturating_sub(out.len());
            let moved = match self.editor.pass_through(rest, encoder, out, room) {
                0 if room == 0 => break,
                0 => self.editor.handle_content(&rest[..rest.len().min(PIECE)]),
                passed => passed,
            };
            taken += moved;
            if moved == 0 {
                break;
            }
        }
        self.flush(encoder, out, end);
        taken
    }

    /// Ends the content. All that is left goes to `out`, whatever room there is: it is no more than
    /// the editor holds.
    pub(crate) fn finish(&mut self, encoder: &mut Encoder, out: &mut BytesMut) {
        self.editor.content_end();
        while !self.editor.is_ended() {
            self.flush(encoder, out, usize::MAX);
        }
    }

    /// Why the content cannot be converted.
    pub(crate) fn failure(&self) -> Option<&EditFailure> {
        self.editor.failure()
    }

    /// Encodes what was converted, as far as there is room.
    fn flush(&mut self, encoder: &mut Encoder, out: &mut BytesMut, end: usize) {
        while !self.editor.poll_output().is_empty() {
            let room = end.saturating_sub(out.len());
            let moved = encoder.encode(self.editor.poll_output(), out, room);
            if moved == 0 {
                break;
            }
            self.editor.handle_output(moved);
        }
    }
}

/// Bytes that the editor is given at once: what follows may be passed by it.
const PIECE: usize = 4096;
