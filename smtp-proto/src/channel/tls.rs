//! TLS of a channel, from its first record to its last.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Channel, Step};
use crate::error::Error;
use crate::stage::Stage;
use crate::time::Instant;
use crate::tls::{Fault, Layer, Opened};

impl Channel {
    /// Begins the handshake.
    pub(super) fn begin_tls(&mut self, now: Instant) -> Result<(), Error> {
        // RFC 3207, 6: whatever follows the 220 in plaintext, somebody else may have sent.
        if self.start < self.end {
            return Err(self.client.fail(Error::Injected));
        }
        self.input = Vec::new();
        (self.start, self.end) = (0, 0);
        let layer = Layer::begin(&self.client.config, &self.client.peer);
        self.tls = Some(Box::new(layer.map_err(|fault| self.fail(fault))?));
        self.open(now)?;
        Ok(())
    }

    /// Reads records, and says whether something came of it.
    pub(super) fn open(&mut self, now: Instant) -> Result<bool, Error> {
        let Some(layer) = &mut self.tls else { return Ok(false) };
        self.input.clear();
        let opened = layer.open(&mut self.input);
        (self.start, self.end) = (0, self.input.len());
        match opened {
            Ok(Opened::Nothing) => Ok(false),
            Ok(Opened::Some) => {
                self.is_ended |= layer.is_ended();
                Ok(true)
            }
            Ok(Opened::Shaken) => {
                let secured = layer.secured(&self.client.config, &self.client.peer);
                let (secured, is_suitable) = secured.map_err(|fault| self.fail(fault))?;
                if !is_suitable {
                    self.forget_session();
                }
                self.client.handle_tls(secured, is_suitable, now);
                Ok(true)
            }
            Err(fault) => Err(self.fail(fault)),
        }
    }

    /// The server will send nothing more.
    pub(super) fn end(&mut self) -> Result<(), Error> {
        // RFC 8446, 6.1: without its word for it, somebody else may have cut the connection.
        let is_torn = self.tls.as_ref().is_some_and(|layer| !layer.is_ended());
        if is_torn && !self.client.is_farewell() && !self.client.is_closed() {
            let stage = self.client.stage().unwrap_or(Stage::Quit);
            self.forget_session();
            return Err(self.client.fail(Error::Lost(stage)));
        }
        self.client.handle_eof()
    }

    /// Ends the conversation for the sake of TLS.
    pub(super) fn fail(&mut self, fault: Fault) -> Error {
        self.forget_session();
        let stage = self.client.stage().unwrap_or(Stage::Quit);
        self.client.fail(Error::Tls(stage, fault))
    }

    fn forget_session(&self) {
        if let Some(layer) = &self.tls {
            layer.forget(&self.client.config);
        }
    }

    /// The last that is said, if the connection is still there: that nothing more will be. The
    /// server may be given the time to say so too.
    pub(super) fn leave(&mut self, now: Instant) -> Step<'_> {
        let Some(layer) = self.tls.as_mut().filter(|_| !self.is_ended && !self.is_leaving) else {
            self.is_leaving = true;
            return Step::Closed;
        };
        let config = &self.client.config;
        let is_fast = config.fast_tls_end || self.has_failed;
        let deadline = match self.leaves_at {
            None => {
                layer.end();
                let patience = config.time_limits.starttls;
                *self.leaves_at.insert(if is_fast { now } else { now + patience })
            }
            Some(deadline) => {
                self.input.clear();
                let is_open = layer.open(&mut self.input).is_ok() && !layer.is_ended();
                if !is_open || deadline <= now {
                    self.is_leaving = true;
                    return Step::Closed;
                }
                deadline
            }
        };
        self.is_leaving = is_fast;
        let (out, space) = layer.exchange();
        Step::Exchange { out, space, content: None, envelope: false, deadline: Some(deadline) }
    }

    /// Whether there are records that were not opened.
    pub(super) fn has_records(&self) -> bool {
        self.tls.as_ref().is_some_and(|layer| layer.has_unread())
    }
}
