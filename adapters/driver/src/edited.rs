//! Content that is changed on its way.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use envoi_proto::{Answer, Conversion, Editor, Edits, Lookup, Note, Refusal};

use crate::asked::Asked;
use crate::content::Feed;
use crate::io::Io;

/// Answers what has to be known to change content: what generic maps and checks say.
pub trait Answers: Send + Sync {
    /// Answers at once, or says that it takes its time: a table that blocks is asked by
    /// [`Runtime::block`](crate::Runtime::block).
    fn answer(&self, lookup: Lookup<'_>) -> Answering;

    /// A check did something. By default, the log is told.
    fn note(&self, note: &Note) {
        tracing::info!("{note}");
    }
}

/// An answer, or the way to it.
pub enum Answering {
    /// It is known.
    Known(Answer),
    /// It takes its time.
    Asked(Asked<Answer>),
}

/// How content is changed, and who answers what has to be known for that.
#[derive(Clone)]
pub(crate) struct Editing {
    pub(crate) edits: Arc<Edits>,
    pub(crate) answers: Arc<dyn Answers>,
}

/// Content on its way from its source through an editor.
pub(crate) struct Edited {
    source: Box<Feed>,
    editor: Editor,
    answers: Arc<dyn Answers>,
    /// The answer that is waited for.
    asked: Option<Asked<Answer>>,
    /// Bytes that the source has to have, if that was promised.
    promised: Option<u64>,
    /// Bytes that it had so far.
    given: u64,
    /// Whether it has not kept that promise.
    is_broken: bool,
    /// Whether it has ended.
    is_complete: bool,
}

impl Editing {
    /// Begins to change what a source gives, whose length was promised, or not. It is made to pass
    /// where only ASCII does, if that is asked for.
    pub(crate) fn begin(
        &self,
        source: Feed,
        promised: Option<u64>,
        conversion: Conversion,
    ) -> Edited {
        let mut edits = self.edits.clone();
        if edits.conversion != conversion {
            Arc::make_mut(&mut edits).conversion = conversion;
        }
        Edited {
            source: Box::new(source),
            editor: Editor::new(edits),
            answers: self.answers.clone(),
            asked: None,
            promised,
            given: 0,
            is_broken: false,
            is_complete: false,
        }
    }
}

impl Edited {
    /// Content that was not taken.
    pub(crate) fn chunk(&self) -> &[u8] {
        self.editor.poll_output()
    }

    /// Drops the first `n` bytes of the chunk.
    pub(crate) fn consume(&mut self, n: usize) {
        self.editor.handle_output(n);
    }

    /// Whether everything was taken.
    pub(crate) fn is_ended(&self) -> bool {
        self.editor.is_ended() && self.refusal().is_none()
    }

    /// Why the message must not be completed, if that is so.
    pub(crate) fn refusal(&self) -> Option<Refusal> {
        let promised = self.promised.filter(|_| self.is_broken);
        let broken = promised.map(|promised| Refusal::Broken { promised, given: self.given });
        broken.or_else(|| self.editor.failure().map(envoi_proto::EditFailure::refusal))
    }

    /// Makes sure that there is a chunk, unless the content has ended or will not. One that goes
    /// on is filled up, so that questions cost no writes.
    pub(crate) fn poll_fill<I: Io>(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while self.chunk().len() < FILLED && !self.editor.is_ended() && !self.is_broken {
            if let Some(asked) = &mut self.asked {
                let answer = ready!(asked.as_mut().poll(cx));
                self.asked = None;
                self.editor.handle_answer(answer);
            } else if let Some(lookup) = self.editor.poll_lookup() {
                match self.answers.answer(lookup) {
                    Answering::Known(answer) => self.editor.handle_answer(answer),
                    Answering::Asked(asked) => self.asked = Some(asked),
                }
            } else if self.is_complete {
                break;
            } else {
                ready!(self.source.poll_fill::<I>(cx))?;
                self.advance();
            }
            while let Some(note) = self.editor.poll_note() {
                self.answers.note(&note);
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Passes on what the source gives, or that it has ended.
    fn advance(&mut self) {
        let taken = self.editor.handle_content(self.source.chunk());
        self.given += taken as u64;
        self.is_complete = self.source.chunk().is_empty();
        self.source.consume(taken);
        self.is_broken = self.promised.is_some_and(|promised| {
            self.given > promised || self.is_complete && self.given < promised
        });
        if self.is_complete && !self.is_broken {
            self.editor.content_end();
        }
    }
}

/// Bytes of a chunk that is full enough to be given.
const FILLED: usize = 32 * 1024;
