//! `envoi sink`.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::PathBuf;

use envoi_sink::{Extensions, Fault, Keep, Limits, Options, Protocol, Recipients, Sink};

use crate::error::Error;
use crate::exit::Exit;

/// How the sink behaves.
#[derive(Debug, clap::Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct SinkArguments {
    /// Where to listen; port 0 takes a free one.
    #[arg(long, value_name = "ADDR:PORT", default_value = "127.0.0.1:2525")]
    listen: SocketAddr,
    /// Keeps each message in a directory: NNNNNN.eml, and its envelope in NNNNNN.envelope.
    #[arg(long, value_name = "DIR")]
    dump: Option<PathBuf>,
    /// Fails at a point of the dialogue; can be given several times.
    #[arg(long, value_name = "POINT:ACTION[@N][=TEXT]")]
    fault: Vec<Fault>,
    /// Refuses recipients whose names begin with bounce, and puts off those with defer.
    #[arg(long)]
    by_name: bool,
    /// Speaks LMTP.
    #[arg(long)]
    lmtp: bool,
    /// Does not offer an extension; can be given several times.
    #[arg(long, value_name = "EXTENSION", value_enum, ignore_case = true)]
    no: Vec<Extension>,
    /// Takes no message that is larger.
    #[arg(long, value_name = "BYTES")]
    size: Option<u64>,
    /// Takes no more messages in one connection.
    #[arg(long, value_name = "N")]
    mail_max: Option<u32>,
    /// Takes no more recipients with one message.
    #[arg(long, value_name = "N")]
    rcpt_max: Option<u32>,
    /// The name in the greeting.
    #[arg(long, value_name = "NAME", default_value = "sink.example")]
    host: String,
}

/// An extension that the sink offers.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
#[value(rename_all = "UPPER")]
enum Extension {
    Pipelining,
    #[value(name = "8BITMIME")]
    EightBitMime,
    Size,
    Dsn,
    Smtputf8,
    Enhancedstatuscodes,
    Chunking,
}

/// Receives mail until the program is killed.
pub(crate) fn run(arguments: SinkArguments) -> Result<Exit, Error> {
    let address = arguments.listen;
    if let Some(directory) = &arguments.dump {
        let dump = |source| Error::Dump { directory: directory.clone(), source };
        fs::create_dir_all(directory).map_err(dump)?;
    }
    let sink = Sink::listen(address, arguments.options());
    let sink = sink.map_err(|source| Error::Listen { address, source })?;
    // Whoever started this in the background may not read it.
    let _ = writeln!(io::stdout(), "listening on {}", sink.address());
    sink.wait();
    Ok(Exit::Software)
}

impl SinkArguments {
    fn options(self) -> Options {
        let mut extensions = Extensions {
            limits: Limits { mail_max: self.mail_max, rcpt_max: self.rcpt_max },
            ..Extensions::default()
        };
        extensions.size = self.size.or(extensions.size);
        for extension in self.no {
            match extension {
                Extension::Pipelining => extensions.pipelining = false,
                // RFC 6531, 3.1: there is no SMTPUTF8 without 8BITMIME.
                Extension::EightBitMime => {
                    extensions.eight_bit_mime = false;
                    extensions.smtp_utf8 = false;
                }
                Extension::Size => extensions.size = None,
                Extension::Dsn => extensions.dsn = false,
                Extension::Smtputf8 => extensions.smtp_utf8 = false,
                Extension::Enhancedstatuscodes => extensions.enhanced_status_codes = false,
                Extension::Chunking => extensions.chunking = false,
            }
        }
        Options {
            host: self.host,
            protocol: if self.lmtp { Protocol::Lmtp } else { Protocol::Smtp },
            extensions,
            recipients: if self.by_name { Recipients::ByName } else { Recipients::All },
            faults: self.fault,
            keep: self.dump.map_or(Keep::Nothing, Keep::Directory),
        }
    }
}

const AFTER_HELP: &str = "\
A fault strikes at connect, helo, mail, rcpt, data, content, eod, bdat, rset, quit, noop or
xforward: each time, or the Nth time alone. It is one of
  reject      a 5xx reply                 disconnect  the connection is cut
  tempfail    a 4xx reply                 stall       no reply ever
  421         421, then it is closed      garbage     a line that is no reply
TEXT is what is said.

Examples:
  envoi sink --dump received
  envoi sink --listen '[::1]:2525' --no PIPELINING --size 1000000
  envoi sink --fault rcpt:reject@2 --fault 'eod:tempfail=451 4.7.1 Greylisted'";
