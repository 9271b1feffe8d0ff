//! What stands for TLS in a build without it: types that have no values.

use alloc::string::String;
use alloc::vec::Vec;

use super::fault::Fault;
use crate::config::{Config, Peer};
use crate::securing::Secured;

/// What a handshake came to. There are none in a build without the feature `rustls`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Info {}

impl Info {
    pub(crate) fn summary(&self) -> String {
        match *self {}
    }

    /// Whether the certificate is the one that was asked for.
    pub fn is_verified(&self) -> bool {
        match *self {}
    }
}

/// One connection's TLS.
#[derive(Debug)]
pub(crate) enum Layer {}

/// How far a layer came.
#[expect(dead_code, reason = "a layer that is not there opens nothing")]
pub(crate) enum Opened {
    Shaken,
    Some,
    Nothing,
}

impl Layer {
    pub(crate) fn begin(_: &Config, _: &Peer) -> Result<Self, Fault> {
        Err(Fault::Engine)
    }

    pub(crate) fn exchange(&mut self) -> (&[u8], &mut [u8]) {
        match *self {}
    }

    pub(crate) fn handle_read(&mut self, _: usize, _: &Peer) {
        match *self {}
    }

    pub(crate) fn handle_written(&mut self, _: usize, _: &Peer) -> usize {
        match *self {}
    }

    pub(crate) fn has_unread(&self) -> bool {
        match *self {}
    }

    pub(crate) fn is_ended(&self) -> bool {
        match *self {}
    }

    pub(crate) fn open(&mut self, _: &mut Vec<u8>) -> Result<Opened, Fault> {
        match *self {}
    }

    pub(crate) fn seal(&mut self, _: &[u8]) -> Result<(), Fault> {
        match *self {}
    }

    pub(crate) fn break_off(&mut self) {
        match *self {}
    }

    pub(crate) fn end(&mut self) {
        match *self {}
    }

    pub(crate) fn secured(&self, _: &Config, _: &Peer) -> Result<(Secured, bool), Fault> {
        match *self {}
    }

    pub(crate) fn forget(&self, _: &Config) {
        match *self {}
    }

    pub(crate) fn shrink(&mut self) {
        match *self {}
    }
}
