//! Networks and addresses, `192.0.2.0/24` or `[2001:db8::]/32`.

use std::net::IpAddr;

use ipnet::IpNet;

/// A network; an address is one of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Network(IpNet);

impl Network {
    /// Reads one; what is wrong names what was expected.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (address, mask) = split(text).ok_or_else(|| format!("expected ']' in {text:?}"))?;
        let address = address.parse::<IpAddr>().map_err(|_| {
            format!("expected an address or a network such as 192.0.2.0/24, found {text:?}")
        })?;
        let Some(mask) = mask else {
            return Ok(Self(address.into()));
        };
        let max = if address.is_ipv4() { 32 } else { 128 };
        let bits = mask.parse().ok().filter(|_| mask.bytes().all(|byte| byte.is_ascii_digit()));
        let network = bits.and_then(|bits| IpNet::new(address, bits).ok());
        let network = network.ok_or_else(|| {
            format!("expected a mask of 0 to {max} bits behind '/', found {text:?}")
        })?;
        match network.trunc() {
            whole if whole == network => Ok(Self(network)),
            whole => Err(format!("expected no bits behind the mask in {text:?}, as in {whole}")),
        }
    }

    pub(super) fn is_ipv4(self) -> bool {
        matches!(self.0, IpNet::V4(_))
    }

    pub(super) fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address)
    }
}

/// Address and mask; brackets may be around the first or around both.
fn split(text: &str) -> Option<(&str, Option<&str>)> {
    let Some(inside) = text.strip_prefix('[') else {
        return Some(split_mask(text));
    };
    let (inside, behind) = inside.split_once(']')?;
    match behind.strip_prefix('/') {
        Some(mask) => Some((inside, Some(mask))),
        None if behind.is_empty() => Some(split_mask(inside)),
        None => None,
    }
}

fn split_mask(text: &str) -> (&str, Option<&str>) {
    text.split_once('/').map_or((text, None), |(address, mask)| (address, Some(mask)))
}
