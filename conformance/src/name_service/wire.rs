//! Messages of the DNS, read and written byte by byte (RFC 1035, 4).

/// A question as a server reads it.
#[derive(Clone, Debug)]
pub(super) struct Asked {
    pub(super) id: [u8; 2],
    /// The name, the type and the class as they came.
    pub(super) question: Vec<u8>,
    /// The name in lower case.
    pub(super) name: String,
    pub(super) kind: u16,
    /// The largest datagram that may come back, with EDNS.
    pub(super) payload: Option<u16>,
}

impl Asked {
    /// Reads a question; nothing else is understood.
    pub(super) fn read(message: &[u8]) -> Option<Self> {
        let (header, rest) = message.split_at_checked(HEADER)?;
        let [id @ .., _, _, 0, 1, 0, 0, 0, 0, 0, additional @ (0 | 1)] = header else {
            return None;
        };
        let mut labels = Vec::new();
        let mut at = 0;
        while *rest.get(at)? != 0 {
            let length = usize::from(rest[at]);
            labels.push(str::from_utf8(rest.get(at + 1..at + 1 + length)?).ok()?);
            at += 1 + length;
        }
        let name = labels.join(".").to_ascii_lowercase();
        let (question, rest) = rest.split_at_checked(at + 5)?;
        let kind = u16::from_be_bytes([question[at + 1], question[at + 2]]);
        let payload = match (additional, rest) {
            (0, []) => None,
            (1, [0, 0, 41, high, low, 0, 0, 0, 0, 0, 0]) => Some(u16::from_be_bytes([*high, *low])),
            _ => return None,
        };
        let id = [id[0], id[1]];
        (question[at + 3..] == [0, 1]).then(|| Self {
            id,
            question: question.into(),
            name,
            kind,
            payload,
        })
    }
}

/// An answer that is being written.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply {
    pub(super) id: [u8; 2],
    /// The third and fourth byte of the header.
    pub(super) flags: [u8; 2],
    pub(super) question: Vec<u8>,
    /// How many questions it says there are.
    pub(super) questions: u8,
    pub(super) answers: Vec<Record>,
    pub(super) authority: Vec<Record>,
    /// Whether it has an OPT record.
    pub(super) has_edns: bool,
}

/// A record of class IN.
#[derive(Clone, Debug)]
pub(super) struct Record {
    /// Its name on the wire.
    pub(super) owner: Vec<u8>,
    pub(super) kind: u16,
    pub(super) ttl: u32,
    pub(super) data: Vec<u8>,
}

impl Reply {
    /// An empty answer of a server that resolves names.
    pub(super) fn to(asked: &Asked) -> Self {
        Self {
            id: asked.id,
            flags: [RESPONSE, RECURSIVE],
            question: asked.question.clone(),
            questions: 1,
            has_edns: asked.payload.is_some(),
            ..Self::default()
        }
    }

    /// The same without records.
    pub(super) fn emptied(&self) -> Self {
        Self { answers: Vec::new(), authority: Vec::new(), ..self.clone() }
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.id, self.flags, [0, self.questions]].concat();
        for count in [self.answers.len(), self.authority.len(), self.has_edns.into()] {
            bytes.extend(u16::try_from(count).expect("there are few").to_be_bytes());
        }
        bytes.extend(&self.question);
        for record in self.answers.iter().chain(&self.authority) {
            record.write(&self.question, &mut bytes);
        }
        if self.has_edns {
            bytes.extend([0, 0, 41, 16, 0, 0, 0, 0, 0, 0, 0]);
        }
        bytes
    }
}

impl Record {
    fn write(&self, question: &[u8], bytes: &mut Vec<u8>) {
        // A name that is that of the question points there, as servers have it.
        let is_asked = question
            .get(..self.owner.len())
            .is_some_and(|name| name.eq_ignore_ascii_case(&self.owner));
        if is_asked {
            bytes.extend([0xc0, HEADER as u8]);
        } else {
            bytes.extend(&self.owner);
        }
        bytes.extend(self.kind.to_be_bytes());
        bytes.extend([0, 1]);
        bytes.extend(self.ttl.to_be_bytes());
        let length = u16::try_from(self.data.len()).expect("it is short");
        bytes.extend(length.to_be_bytes());
        bytes.extend(&self.data);
    }
}

/// A name on the wire; none is the root.
pub(super) fn name(text: Option<&str>) -> Vec<u8> {
    let mut bytes = Vec::new();
    for label in text.into_iter().flat_map(|text| text.split('.')) {
        bytes.push(u8::try_from(label.len()).expect("it is a label"));
        bytes.extend(label.as_bytes());
    }
    bytes.push(0);
    bytes
}

/// Length of a header.
pub(super) const HEADER: usize = 12;

/// Bits of the third byte: a response to a question that wanted recursion; cut short; with
/// authority.
pub(super) const RESPONSE: u8 = 0x81;
pub(super) const TRUNCATED: u8 = 0x02;

/// Bits of the fourth byte: from a server that resolves names; validated.
pub(super) const RECURSIVE: u8 = 0x80;
pub(super) const AUTHENTIC: u8 = 0x20;

/// Error codes.
pub(super) const FORMERR: u8 = 1;
pub(super) const SERVFAIL: u8 = 2;
pub(super) const NXDOMAIN: u8 = 3;
pub(super) const REFUSED: u8 = 5;

/// Types of records.
pub(super) const NS: u16 = 2;
pub(super) const CNAME: u16 = 5;
pub(super) const SOA: u16 = 6;
