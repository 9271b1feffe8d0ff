//! Credentials and conditions out of arbitrary bytes, for fuzzing.

use arbitrary::{Arbitrary, Result, Unstructured};

use super::{ChannelBinding, ChannelBindingKind, Credentials, MechanismFilter, SecurityOptions};

/// Whatever its constructors take, and a plain user else.
impl<'a> Arbitrary<'a> for Credentials {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (user, secret): (&str, &str) = u.arbitrary()?;
        let credentials = match u.int_in_range(0..=2)? {
            0 => Self::password(user, secret),
            1 => Self::token(user, secret),
            _ => Ok(Self::certificate()),
        };
        let plain = || Self::password("ann", "secret");
        let credentials =
            credentials.or_else(|_| plain()).map_err(|_| arbitrary::Error::IncorrectFormat)?;
        let acting_as: Option<&str> = u.arbitrary()?;
        let delegated = acting_as.map(|identity| credentials.clone().acting_as(identity));
        Ok(delegated.and_then(core::result::Result::ok).unwrap_or(credentials))
    }
}

impl<'a> Arbitrary<'a> for MechanismFilter {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(u.arbitrary::<&str>()?.parse().unwrap_or_default())
    }
}

impl<'a> Arbitrary<'a> for SecurityOptions {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(u.arbitrary::<&str>()?.parse().unwrap_or_default())
    }
}

impl<'a> Arbitrary<'a> for ChannelBinding {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let kinds = [ChannelBindingKind::TlsExporter, ChannelBindingKind::TlsServerEndPoint];
        Ok(Self { kind: *u.choose(&kinds)?, data: u.arbitrary()? })
    }
}
