//! What Envoi does with content.

use std::sync::Arc;

use bytes::BytesMut;
use envoi_proto::{Config, Conversion, Editor, Edits, Encoder, Stuffing};

/// Encodes content.
pub(crate) fn encode(content: &[u8], out: &mut BytesMut) {
    let mut encoder = encoder();
    content.chunks(PORTION).for_each(|portion| put(portion, &mut encoder, out));
    encoder.finish(out);
}

/// Has an editor look at content, and encodes what it gives.
pub(crate) fn edit(content: &[u8], conversion: Conversion, out: &mut BytesMut) {
    let mut edits = Edits::default();
    edits.conversion = conversion;
    let (mut editor, mut encoder) = (Editor::new(Arc::new(edits)), encoder());
    let mut rest = content;
    while !editor.is_ended() {
        let portion = &rest[..rest.len().min(PORTION)];
        out.clear();
        let passed = editor.pass_through(portion, &mut encoder, out, ROOM);
        let piece = &portion[..portion.len().min(PIECE)];
        let taken = if passed > 0 { passed } else { editor.handle_content(piece) };
        rest = &rest[taken..];
        if rest.is_empty() {
            editor.content_end();
        }
        put(editor.poll_output(), &mut encoder, out);
        editor.handle_output(editor.poll_output().len());
    }
    encoder.finish(out);
}

/// Encodes all of a portion into a buffer of bounded size.
fn put(mut portion: &[u8], encoder: &mut Encoder, out: &mut BytesMut) {
    while !portion.is_empty() {
        out.clear();
        let taken = encoder.encode(portion, out, ROOM);
        portion = &portion[taken..];
    }
}

fn encoder() -> Encoder {
    let name = "client.example".parse().expect("it is a name");
    Encoder::new(&Config::new(name), Stuffing::Dots)
}

const PORTION: usize = 64 << 10;

/// Bytes that an editor is given at once: what follows may be passed by it.
const PIECE: usize = 4096;

const ROOM: usize = 128 << 10;
