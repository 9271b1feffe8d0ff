//! One AUTH under way.

use std::fmt;

use crate::handshake::Handshake;

use super::cram_md5::CramMd5;
use super::external::External;
use super::hash::Hash;
use super::login::Login;
use super::oauthbearer::OauthBearer;
use super::plain::Plain;
use super::scram::{Channel, Scram};
use super::xoauth2::Xoauth2;
use super::{Auth, Mechanism, Seed};

/// The server's side of a mechanism, from its first challenge to its verdict.
///
/// It holds no secret: those come with each call.
pub(crate) trait Exchange: fmt::Debug + Send + Sync {
    /// The challenge to a client that said nothing yet.
    fn opening(&self) -> Vec<u8> {
        Vec::new()
    }

    /// Whether the client has to hear the opening before it can say anything.
    fn is_server_first(&self) -> bool {
        false
    }

    /// Takes what the client said, decoded.
    fn handle_response(&mut self, response: &[u8], auth: &Auth) -> Step;
}

/// What follows a response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Step {
    /// The client has to answer this.
    Challenge(Vec<u8>),
    /// The client is the user.
    Accept,
    /// It is not, or the mechanism was broken.
    Refuse,
}

/// Where an exchange takes place.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a> {
    /// The server's name.
    pub(crate) host: &'a str,
    pub(crate) tls: Option<&'a Handshake>,
    /// Whether the client could have bound the exchange to TLS.
    pub(crate) offers_binding: bool,
}

impl Mechanism {
    /// Begins an exchange: the `number`th that draws from `seed`.
    pub(crate) fn begin(self, seed: &Seed, number: u64, place: Place<'_>) -> Box<dyn Exchange> {
        let Place { host, tls, offers_binding } = place;
        let nonce = seed.nonce(number);
        let scram = |hash, channel| Box::new(Scram::new(hash, channel, nonce.clone(), seed.salt()));
        let bindable = tls.filter(|_| offers_binding);
        let unbound = || bindable.map_or(Channel::Plain, |_| Channel::Unbound);
        let bound = || tls.cloned().map_or(Channel::Plain, Channel::Bound);
        match self {
            Self::Plain => Box::new(Plain),
            Self::Login => Box::<Login>::default(),
            Self::CramMd5 => Box::new(CramMd5::new(format!("<{nonce}@{host}>"))),
            Self::ScramSha1 => scram(Hash::Sha1, unbound()),
            Self::ScramSha1Plus => scram(Hash::Sha1, bound()),
            Self::ScramSha256 => scram(Hash::Sha256, unbound()),
            Self::ScramSha256Plus => scram(Hash::Sha256, bound()),
            Self::Xoauth2 => Box::<Xoauth2>::default(),
            Self::OauthBearer => Box::<OauthBearer>::default(),
            Self::External => Box::new(External),
        }
    }
}
