//! How much of a message's structure is followed.

/// Limits of the parser.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct MimeLimits {
    /// Bytes of a boundary that are compared; `mime_boundary_length_limit`, 2048.
    pub boundary: usize,
    /// How deep parts may nest; `mime_nesting_limit`, 100.
    pub nesting: usize,
    /// Bytes of a logical header that are kept, its last piece of a line aside;
    /// `header_size_limit`, 102400.
    pub header: usize,
    /// Bytes of a line that are looked at together; `line_length_limit`, 2048.
    pub piece: usize,
}

impl Default for MimeLimits {
    fn default() -> Self {
        Self { boundary: 2048, nesting: 100, header: 102_400, piece: 2048 }
    }
}
