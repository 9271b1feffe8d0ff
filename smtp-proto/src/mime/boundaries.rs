//! The boundaries that are open.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::Media;

/// Boundaries of multiparts that one is in, innermost last.
#[derive(Debug, Default)]
pub(crate) struct Boundaries(Vec<Boundary>);

#[derive(Debug)]
struct Boundary {
    /// As much of it as is compared.
    marker: Box<[u8]>,
    /// What parts are that do not say it.
    each: Media,
}

/// Where a line's boundary was found.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found {
    place: usize,
    is_last: bool,
}

impl Boundaries {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn depth(&self) -> usize {
        self.0.len()
    }

    /// Opens a multipart.
    pub(crate) fn push(&mut self, marker: &[u8], each: Media) {
        self.0.push(Boundary { marker: marker.into(), each });
    }

    /// The boundary that a line is, the innermost first. What follows it on the line does not
    /// count: the boundary may be cut short, and mail programs add to it.
    pub(crate) fn find(&self, line: &[u8]) -> Option<Found> {
        let text = line.strip_prefix(b"--").filter(|text| !text.is_empty())?;
        let is_of = |boundary: &Boundary| text.starts_with(&boundary.marker);
        let place = self.0.iter().rposition(is_of)?;
        let is_last = text[self.0[place].marker.len()..].starts_with(b"--");
        Some(Found { place, is_last })
    }

    /// Closes what the boundary ends. What the part is that it begins, if it does.
    pub(crate) fn meet(&mut self, found: Found) -> Option<Media> {
        let Found { place, is_last } = found;
        let each = self.0[place].each;
        self.0.truncate(if is_last { place } else { place + 1 });
        (!is_last).then_some(each)
    }
}
