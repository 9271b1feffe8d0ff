//! The messages that are converted.

/// What a message is written in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Text {
    /// ASCII, in a message that says so.
    SevenBit,
    /// The same in parts, so that each line may be a boundary.
    Multipart,
    /// A byte beyond ASCII now and then.
    German,
    /// Hardly anything else.
    Russian,
}

impl Text {
    pub(crate) const ALL: [Self; 4] =
        [Self::SevenBit, Self::Multipart, Self::German, Self::Russian];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SevenBit => "7-bit text",
            Self::Multipart => "7-bit text in parts",
            Self::German => "German in UTF-8",
            Self::Russian => "Russian in UTF-8",
        }
    }

    /// A message of about `size` bytes, in lines of many lengths.
    pub(crate) fn message(self, size: usize) -> Vec<u8> {
        let (prose, encoding) = match self {
            Self::SevenBit | Self::Multipart => {
                ("The quick brown fox jumps over the lazy dog, and so on; ", "7bit")
            }
            Self::German => {
                ("Die Stra\u{df}e f\u{fc}hrt \u{fc}ber sch\u{f6}ne Br\u{fc}cken; ", "8bit")
            }
            Self::Russian => (
                "\u{421}\u{44a}\u{435}\u{448}\u{44c} \u{436}\u{435} \u{435}\u{449}\u{451} ",
                "8bit",
            ),
        };
        let media = match self {
            Self::SevenBit | Self::German | Self::Russian => "text/plain; charset=utf-8",
            Self::Multipart => "multipart/mixed; boundary=next",
        };
        let mut message = HEADERS.as_bytes().to_vec();
        message.extend(format!("Content-Type: {media}\r\n").bytes());
        message.extend(format!("Content-Transfer-Encoding: {encoding}\r\n\r\n").bytes());
        for turn in 0.. {
            if message.len() >= size {
                break;
            }
            if self == Self::Multipart && turn % PART_LINES == 0 {
                message.extend_from_slice(b"--next\r\n\r\n");
            }
            // A stride that shares no factor with the number of lengths visits them all.
            let length = LINE_MIN + turn * 17 % (LINE_MAX - LINE_MIN);
            let skipped = turn % prose.len();
            message.extend(prose.as_bytes().iter().cycle().skip(skipped).take(length));
            message.extend_from_slice(b"\r\n");
        }
        message
    }
}

const HEADERS: &str = "From: Ann <ann@client.example>\r\n\
    To: Bob <bob@mx.example>\r\n\
    Subject: Conversion\r\n\
    MIME-Version: 1.0\r\n";
/// Lines of a part, of which there are some in a message.
const PART_LINES: usize = 10_000;
const LINE_MIN: usize = 20;
const LINE_MAX: usize = 77;
