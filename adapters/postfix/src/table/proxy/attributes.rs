//! Lists of attributes.

/// Names with values, in their order.
#[derive(Clone, Default)]
pub(super) struct Attributes(Vec<(Vec<u8>, Vec<u8>)>);

impl Attributes {
    pub(super) fn push(&mut self, name: &str, value: &[u8]) {
        self.0.push((name.as_bytes().to_owned(), value.to_owned()));
    }

    pub(super) fn value(&self, name: &str) -> Option<&[u8]> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name.as_bytes())?;
        Some(value)
    }

    pub(super) fn number(&self, name: &str) -> Option<u32> {
        str::from_utf8(self.value(name)?).ok()?.parse().ok()
    }

    /// As it goes over the wire.
    pub(super) fn encode(&self) -> Vec<u8> {
        let mut wire = Vec::new();
        for (name, value) in &self.0 {
            for part in [name, value] {
                wire.extend_from_slice(part);
                wire.push(0);
            }
        }
        wire.push(0);
        wire
    }

    /// The list at the start of the wire, and how long it is; `None` if it is not whole yet.
    pub(super) fn decode(wire: &[u8]) -> Option<(Self, usize)> {
        let mut list = Self::default();
        let mut at = 0;
        loop {
            let name = text(&wire[at..])?;
            at += name.len() + 1;
            if name.is_empty() {
                return Some((list, at));
            }
            let value = text(&wire[at..])?;
            at += value.len() + 1;
            list.0.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl std::fmt::Debug for Attributes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = String::from_utf8_lossy;
        f.debug_map().entries(self.0.iter().map(|(name, value)| (text(name), text(value)))).finish()
    }
}

/// What is before the next NUL.
fn text(wire: &[u8]) -> Option<&[u8]> {
    let end = wire.iter().position(|byte| *byte == 0)?;
    Some(&wire[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_encoded_is_decoded_once_it_is_whole() {
        let mut list = Attributes::default();
        list.push("request", b"lookup");
        list.push("key", b"");
        let wire = list.encode();
        assert_eq!(wire, b"request\0lookup\0key\0\0\0");
        for end in 0..wire.len() {
            assert!(Attributes::decode(&wire[..end]).is_none(), "{end}");
        }
        let (decoded, length) = Attributes::decode(&[&wire[..], b"more"].concat()).unwrap();
        assert_eq!((decoded.encode(), length), (wire.clone(), wire.len()));
    }
}
