//! What targets do with an editor.

use std::sync::Arc;

use envoi_proto::{Answer, EditFailure, Editor, Edits, Lookup};

use crate::witness::{Violation, ensure};

/// Bytes that come in a piece of this many, or in one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace(pub(super) usize);

/// What an editor made of content.
#[derive(Debug, Eq, PartialEq)]
pub(super) struct Edited {
    /// Its output.
    pub(super) output: Vec<u8>,
    /// Questions that were answered.
    pub(super) asked: usize,
    /// Why it gave up.
    pub(super) failure: Option<EditFailure>,
}

/// Puts content through an editor.
pub(super) fn edited(
    edits: &Edits,
    content: &[u8],
    pace: Pace,
    mut answer: impl FnMut(Lookup<'_>) -> Answer,
) -> Result<Edited, Violation> {
    let mut editor = Editor::new(Arc::new(edits.clone()));
    let (mut output, mut asked, mut rest) = (Vec::new(), 0, content);
    while !editor.is_ended() {
        if let Some(lookup) = editor.poll_lookup() {
            let answer = answer(lookup);
            asked += 1;
            editor.handle_answer(answer);
            continue;
        }
        let next = &rest[..rest.len().min(pace.0)];
        let taken = editor.handle_content(next);
        rest = &rest[taken..];
        if rest.is_empty() {
            editor.content_end();
        }
        let held = editor.poll_output().len();
        ensure(held <= HELD_MAX, || format!("{held} bytes of output are held"))?;
        let moves = taken > 0 || held > 0 || rest.is_empty() || editor.poll_lookup().is_some();
        ensure(moves, || "nothing is taken, asked or given".into())?;
        output.extend(editor.poll_output());
        editor.handle_output(held);
    }
    Ok(Edited { output, asked, failure: editor.failure().cloned() })
}

/// Output that may wait: 64 KiB, with what one logical header and one piece of a line become.
const HELD_MAX: usize = (64 << 10) + 3 * ((100 << 10) + 2 * 2048);
