//! Whoever moves bytes for all who wait.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use smallvec::SmallVec;

use super::shared::Shared;
use super::wire::Wire;
use crate::io::Io as _;
use crate::runtime::{Runtime, Watched};

/// The lead: the sockets, for as long as one of those who wait has them. Dropped, it goes to the
/// next one.
pub(super) struct Lead<'a, R: Runtime> {
    shared: &'a Shared<R>,
    wire: Wire<R::Socket>,
}

impl<'a, R: Runtime> Lead<'a, R> {
    pub(super) fn new(shared: &'a Shared<R>, wire: Wire<R::Socket>) -> Self {
        Self { shared, wire }
    }

    /// Moves bytes until the answer for one who waits is there.
    ///
    /// A wait that blocks its thread keeps it from what else it waits for, so there the lead is
    /// also laid down when others have got answers.
    pub(super) async fn run(mut self, number: u64) {
        loop {
            let has_answers = self.turn();
            if self.shared.has_answer(number) {
                return;
            }
            if has_answers && R::Io::BLOCKS {
                drop(self);
                return pause().await;
            }
            self.wait().await;
        }
    }

    /// Does what there is to do, and says whether answers came of it.
    fn turn(&mut self) -> bool {
        if self.shared.begin() {
            drop(self.wire.close());
        }
        let mut has_answers = false;
        for _ in 0..ROUNDS_MAX {
            self.hear();
            self.act();
            has_answers |= self.shared.hand_out();
            if !self.wire.is_ready() {
                break;
            }
        }
        has_answers
    }

    /// Reads from the sockets.
    fn hear(&mut self) {
        self.wire.receive(|socket, bytes| match bytes {
            Some(bytes) => self.shared.handle_input(socket, bytes),
            None => self.shared.handle_failed(socket),
        });
    }

    /// Does what the machine wants.
    fn act(&mut self) {
        self.shared.handle_timeout();
        while let Some(action) = self.shared.poll_action() {
            if let Err(socket) = self.wire.perform(action, &self.shared.runtime) {
                self.shared.handle_failed(socket);
            }
        }
    }

    /// Waits until there is something to do.
    async fn wait(&mut self) {
        if self.wire.is_ready() {
            return pause().await;
        }
        let Self { shared, wire } = self;
        let deadline = shared.poll_timeout();
        let waited = {
            let mut watched: SmallVec<[&mut Watched<_>; 8]> = wire.watched().collect();
            let mut wait = pin!(shared.runtime.wait(&mut watched, deadline));
            poll_fn(|cx| {
                let nudged = shared.poll_nudged(cx).map(Ok);
                if nudged.is_ready() { nudged } else { wait.as_mut().poll(cx) }
            })
            .await
        };
        if let Err(error) = waited {
            tracing::warn!(%error, "cannot wait for name servers");
            wire.close().for_each(|socket| shared.handle_failed(socket));
        }
    }
}

impl<R: Runtime> Drop for Lead<'_, R> {
    fn drop(&mut self) {
        self.shared.step_down(std::mem::take(&mut self.wire));
    }
}

/// Lets others of the same task have a turn.
async fn pause() {
    let mut has_paused = false;
    poll_fn(|cx| {
        if std::mem::replace(&mut has_paused, true) {
            return Poll::Ready(());
        }
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// How often sockets are read before others of the same task have a turn.
const ROUNDS_MAX: usize = 16;
