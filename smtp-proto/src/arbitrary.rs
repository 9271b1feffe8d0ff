//! Valid inputs out of arbitrary bytes, for fuzzing. Everything goes through the constructors
//! that any caller has; what they refuse gives way to something plain.

use alloc::string::String;
use core::num::NonZeroUsize;
use core::time::Duration;

use arbitrary::{Arbitrary, Result, Unstructured};

use crate::{
    BareCr, Body, Config, Domain, Envelope, Envid, Farewell, ForwardPath, Hello, Instant, Keyword,
    Mailbox, Notify, Orcpt, Peer, Per, PixWorkarounds, Protocol, Purpose, Quoting, Recipient,
    RequireTls, Ret, ReversePath, Smtputf8, Source, TimeLimits, TlsRequest, Xforward,
};

/// As meant, or as RFC 5321 writes it.
impl<'a> Arbitrary<'a> for Mailbox {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let text: &str = u.arbitrary()?;
        let mailbox = if u.arbitrary()? { text.parse() } else { Self::verbatim(text) };
        mailbox.or_else(|_| Self::verbatim("bob")).map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for ReversePath {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(u.arbitrary::<Option<Mailbox>>()?.map_or(Self::Null, Self::Mailbox))
    }
}

impl<'a> Arbitrary<'a> for ForwardPath {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::from(u.arbitrary::<Mailbox>()?))
    }
}

impl<'a> Arbitrary<'a> for Domain {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let text: &str = u.arbitrary()?;
        let domain = text.parse().or_else(|_| "client.example".parse());
        domain.map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for Envelope {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut recipients = alloc::vec![u.arbitrary()?];
        recipients.extend(u.arbitrary_iter()?.take(RECIPIENTS_MAX).flatten());
        let mut envelope = Self::new(u.arbitrary()?, recipients);
        envelope.size = u.arbitrary::<Option<u16>>()?.map(u64::from);
        envelope.length = u.arbitrary::<Option<u8>>()?.map(u64::from);
        envelope.body = choose(u, [None, Some(Body::SevenBit), Some(Body::EightBitMime)])?;
        envelope.smtputf8 = choose(u, [Smtputf8::No, Smtputf8::Requested, Smtputf8::Required])?;
        envelope.tls_request =
            choose(u, [TlsRequest::None, TlsRequest::None, TlsRequest::Required])?;
        envelope.ret = choose(u, [None, Some(Ret::Full), Some(Ret::Headers)])?;
        envelope.envid = u.arbitrary()?;
        envelope.xforward = u.arbitrary()?;
        let (recipients, data) = (Purpose::VerifyRecipients, Purpose::VerifyData);
        envelope.purpose = choose(u, [Purpose::Deliver, Purpose::Deliver, recipients, data])?;
        envelope.arrived = u.arbitrary()?;
        Ok(envelope)
    }
}

impl<'a> Arbitrary<'a> for Recipient {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut recipient = Self::from(u.arbitrary::<ForwardPath>()?);
        (recipient.orcpt, recipient.notify) = (u.arbitrary()?, u.arbitrary()?);
        Ok(recipient)
    }
}

impl<'a> Arbitrary<'a> for Envid {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let text: &str = u.arbitrary()?;
        text.parse().or_else(|_| "x".parse()).map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for Orcpt {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (kind, address): (Option<&str>, &str) = u.arbitrary()?;
        let orcpt = match kind {
            Some(kind) => Self::of_kind(kind, address),
            None => Self::new(address),
        };
        orcpt.or_else(|_| Self::new("bob")).map_err(|_| arbitrary::Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for Notify {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let all = [Self::SUCCESS, Self::FAILURE, Self::DELAY];
        let chosen = all.map(|occasion| (occasion, u.arbitrary()));
        chosen.into_iter().try_fold(Self::NEVER, |notify, (occasion, is_chosen)| {
            Ok(if is_chosen? { notify.and(occasion) } else { notify })
        })
    }
}

impl<'a> Arbitrary<'a> for Xforward {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut text = || Ok(u.arbitrary::<Option<&str>>()?.map(String::from));
        let (name, address, protocol) = (text()?, text()?, text()?);
        let (helo, ident) = (text()?, text()?);
        let source = choose(u, [None, Some(Source::Local), Some(Source::Remote)])?;
        Ok(Self { name, address, port: u.arbitrary()?, protocol, helo, ident, source })
    }
}

impl<'a> Arbitrary<'a> for Config {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut config = Self::new(u.arbitrary()?);
        config.hello = choose(u, [Hello::Ehlo, Hello::Ehlo, Hello::EhloIfOffered, Hello::Helo])?;
        config.time_limits = u.arbitrary()?;
        config.line_length_limit = NonZeroUsize::new(u.arbitrary::<u8>()?.into());
        config.bare_cr = choose(u, [BareCr::Space, BareCr::Keep])?;
        config.quoting = choose(u, [Quoting::AsNeeded, Quoting::Never])?;
        config.farewell = choose(u, [Farewell::Hasty, Farewell::Polite])?;
        config.send_xforward = u.arbitrary()?;
        config.send_mail_auth = u.arbitrary()?;
        config.smtputf8 = u.arbitrary()?;
        config.pix_delay = Duration::from_secs(u.int_in_range(0..=60)?);
        config.pix_threshold = Duration::from_secs(u.int_in_range(0..=60)?);
        let buffer = u.int_in_range(BUFFER_MIN..=BUFFER_MAX)?;
        config.output_buffer = NonZeroUsize::new(buffer).unwrap_or(config.output_buffer);
        Ok(config)
    }
}

impl<'a> Arbitrary<'a> for Peer {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut peer = Self::new("mx.example");
        peer.protocol = choose(u, [Protocol::Smtp, Protocol::Smtp, Protocol::Lmtp])?;
        for keyword in [Keyword::Pipelining, Keyword::Chunking, Keyword::Size, Keyword::Dsn] {
            if u.ratio(1, 16)? {
                peer.ignore.insert(keyword);
            }
        }
        peer.overlap = u.arbitrary()?;
        let starttls = RequireTls::OpportunisticStarttls;
        let actions = [RequireTls::Enforce, starttls, RequireTls::Opportunistic];
        peer.require_tls = choose(u, actions)?;
        peer.chunking = NonZeroUsize::new(u.int_in_range(0..=4)?);
        peer.pix = PixWorkarounds { disable_esmtp: u.arbitrary()?, delay_dot: u.arbitrary()? };
        Ok(peer)
    }
}

impl<'a> Arbitrary<'a> for TimeLimits {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut limit = || Ok(Duration::from_secs(u.arbitrary::<u8>()?.into()));
        let (hello, mail, recipient, data) = (limit()?, limit()?, limit()?, limit()?);
        let (content, end_of_data, reset, quit) = (limit()?, limit()?, limit()?, limit()?);
        let per = match u.arbitrary()? {
            Some(minimum_rate) => Per::Request { minimum_rate },
            None => Per::Progress,
        };
        let known = Self { hello, mail, recipient, data, content, ..Self::default() };
        Ok(Self { end_of_data, reset, quit, per, ..known })
    }
}

impl<'a> Arbitrary<'a> for Instant {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::from_origin(Duration::from_millis(u.arbitrary::<u32>()?.into())))
    }
}

fn choose<T: Copy, const N: usize>(u: &mut Unstructured<'_>, of: [T; N]) -> Result<T> {
    u.choose(&of).copied()
}

/// Most recipients beside the first.
const RECIPIENTS_MAX: usize = 20;

/// Output buffers that are small enough to be filled.
const BUFFER_MIN: usize = 1;
const BUFFER_MAX: usize = 8192;
