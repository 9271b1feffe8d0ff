//! Content: any split, any room and any rules give what a slow encoder gives.

use std::num::NonZeroUsize;

use arbitrary::{Arbitrary, Unstructured};
use bytes::BytesMut;
use envoi_proto::{BareCr, Config, Encoder, Stuffing, Survey};

use super::pieces;
use crate::witness::{Encoding, Violation, ensure};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    keeps_cr: bool,
    is_stuffed: bool,
    limit: Option<u8>,
    room: u8,
    /// How often the content is repeated: runs that are long enough for the fast path.
    times: u8,
    pieces: &'a [u8],
    content: &'a [u8],
}

/// Encodes the bytes as content.
///
/// # Errors
/// If the encoder gives something else than a slow one, or more than there is room for.
pub fn content(data: &[u8]) -> Result<(), Violation> {
    let Ok(input) = Input::arbitrary_take_rest(Unstructured::new(data)) else { return Ok(()) };
    let mut config = Config::new("client.example".parse().expect("the name is a domain"));
    config.bare_cr = if input.keeps_cr { BareCr::Keep } else { BareCr::Space };
    config.line_length_limit = input.limit.and_then(|limit| NonZeroUsize::new(limit.into()));
    let stuffing = if input.is_stuffed { Stuffing::Dots } else { Stuffing::None };
    let content = input.content.repeat(usize::from(input.times % 4).pow(2) + 1);
    let (room, is_roomy) = (ROOM_MIN + usize::from(input.room), input.room == u8::MAX);
    let room = if is_roomy { usize::MAX / 2 } else { room };
    let pieces = pieces(input.pieces);
    let found = if input.pieces.is_empty() {
        encoded(&content, &config, stuffing, room, std::iter::repeat(content.len().max(1)))?
    } else {
        encoded(&content, &config, stuffing, room, pieces)?
    };
    let expected = Encoding::new(&config).of(&content, stuffing);
    ensure(found == expected, || {
        format!("{} instead of {}", found.escape_ascii(), expected.escape_ascii())
    })?;
    surveyed(&content, input.pieces)
}

fn encoded(
    content: &[u8],
    config: &Config,
    stuffing: Stuffing,
    room: usize,
    pieces: impl Iterator<Item = usize>,
) -> Result<Vec<u8>, Violation> {
    let mut encoder = Encoder::new(config, stuffing);
    let (mut all, mut out) = (Vec::new(), BytesMut::new());
    let mut rest = content;
    for piece in pieces {
        if rest.is_empty() {
            break;
        }
        out.clear();
        let room = room.min(content.len() * ROOM_MIN + ROOM_MIN);
        let taken = encoder.encode(&rest[..piece.min(rest.len())], &mut out, room);
        ensure(taken > 0, || "nothing was taken although there was room".into())?;
        ensure(out.len() <= room, || format!("{} bytes in a room of {room}", out.len()))?;
        all.extend(&out);
        rest = &rest[taken..];
    }
    out.clear();
    encoder.finish(&mut out);
    ensure(out.len() <= Encoder::FINISH_MAX, || format!("{} bytes at the end", out.len()))?;
    all.extend(&out);
    Ok(all)
}

/// What a survey says of the size is what goes out, dots and folds aside.
fn surveyed(content: &[u8], lengths: &[u8]) -> Result<(), Violation> {
    let mut survey = Survey::default();
    let mut rest = content;
    for piece in pieces(lengths) {
        let (piece, after) = rest.split_at(piece.min(rest.len()));
        survey.take(piece);
        rest = after;
        if rest.is_empty() {
            break;
        }
    }
    let mut config = Config::new("client.example".parse().expect("the name is a domain"));
    config.line_length_limit = None;
    let size = Encoding::new(&config).of(content, Stuffing::None).len() as u64;
    ensure(survey.size() == size, || format!("a size of {}, not {size}", survey.size()))?;
    ensure(survey.length == content.len() as u64, || "another length".into())?;
    ensure(survey.is_eight_bit != content.is_ascii(), || "other bytes".into())?;
    ensure(survey == Survey::of(content), || "a split changes the survey".into())
}

/// The room that one byte needs.
const ROOM_MIN: usize = 8;
