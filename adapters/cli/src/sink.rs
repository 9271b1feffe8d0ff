//! `envoi sink`.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use envoi_sink::{
    Auth, Certificate, ClientCertificate, Extensions, Fault, Keep, Limits, Mechanism, Options,
    Protocol, Recipients, Sink, Tls, TlsStart,
};

use crate::error::Error;
use crate::exit::Exit;
use crate::password;

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
    /// The name in the greeting and in the self-made certificate.
    #[arg(long, value_name = "NAME", default_value = "sink.example")]
    host: String,
    #[command(flatten)]
    tls: Box<TlsArguments>,
    #[command(flatten)]
    auth: Box<AuthArguments>,
}

/// How it speaks TLS.
#[derive(Debug, clap::Args)]
struct TlsArguments {
    /// Offers STARTTLS with a certificate made on the spot; the default.
    #[arg(long, conflicts_with_all = ["tls_cert", "no_tls"])]
    tls: bool,
    /// Does not speak TLS.
    #[arg(long, conflicts_with_all = ["tls_cert", "implicit_tls"])]
    no_tls: bool,
    /// Shows the certificate, or chain of them, in a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// The key of that certificate, in a PEM file.
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Begins TLS at once, without STARTTLS.
    #[arg(long)]
    implicit_tls: bool,
}

/// Who has to prove what.
#[derive(Debug, clap::Args)]
struct AuthArguments {
    /// Offers AUTH to this user, whose password is in --auth-password-file or the environment
    /// variable ENVOI_PASSWORD; it is also the bearer token.
    #[arg(long, value_name = "USER")]
    auth_user: Option<String>,
    /// A file whose first line is the password.
    #[arg(long, value_name = "FILE", requires = "auth_user")]
    auth_password_file: Option<PathBuf>,
    /// Takes mail after AUTH alone.
    #[arg(long, requires = "auth_user")]
    require_auth: bool,
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
    let sink = Sink::listen(address, arguments.options()?);
    let sink = sink.map_err(|source| Error::Listen { address, source })?;
    // Whoever started this in the background may not read it.
    let _ = writeln!(io::stdout(), "listening on {}", sink.address());
    sink.wait();
    Ok(Exit::Software)
}

impl SinkArguments {
    fn options(self) -> Result<Options, Error> {
        let tls = self.tls.tls(&self.host)?;
        let auth = self.auth.auth(tls.is_some())?;
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
        Ok(Options {
            host: self.host,
            protocol: if self.lmtp { Protocol::Lmtp } else { Protocol::Smtp },
            extensions,
            tls,
            auth,
            recipients: if self.by_name { Recipients::ByName } else { Recipients::All },
            faults: self.fault,
            keep: self.dump.map_or(Keep::Nothing, Keep::Directory),
        })
    }
}

impl TlsArguments {
    fn tls(self, host: &str) -> Result<Option<Tls>, Error> {
        if self.no_tls {
            return Ok(None);
        }
        let tls = match (self.tls_cert, self.tls_key) {
            (Some(chain), Some(key)) => {
                let certificate = Certificate::from_pem(&read(&chain)?, &read(&key)?);
                let bad = |error| Error::SinkCertificate { file: chain, error };
                Tls::new(certificate.map_err(bad)?)
            }
            (Some(_), None) | (None, Some(_)) | (None, None) => {
                Tls::self_made(host).map_err(Error::NoCertificate)?
            }
        };
        let start = if self.implicit_tls { TlsStart::Implicit } else { TlsStart::Starttls };
        Ok(Some(Tls { start, client_certificate: ClientCertificate::Asked, ..tls }))
    }
}

impl AuthArguments {
    fn auth(self, has_tls: bool) -> Result<Option<Auth>, Error> {
        let Some(user) = self.auth_user else {
            return Ok(None);
        };
        let password = password::find(self.auth_password_file.as_deref())?;
        let Some(password) = password else {
            return Err(Error::NoPassword { user, expected: SOURCES });
        };
        let mut auth = Auth::new(user, password.as_str());
        auth.token = Some(password.into());
        auth.is_required = self.require_auth;
        if !has_tls {
            auth.in_plaintext = Mechanism::ALL.to_vec();
        }
        Ok(Some(auth))
    }
}

fn read(file: &Path) -> Result<Vec<u8>, Error> {
    let found = fs::read(file);
    found.map_err(|source| Error::Unreadable { file: file.into(), expected: "PEM", source })
}

/// Where a password can be.
const SOURCES: &str = "--auth-password-file, or the environment variable ENVOI_PASSWORD";

const AFTER_HELP: &str = "\
A fault strikes at connect, helo, starttls, handshake, auth, response, mail, rcpt, data, content,
eod, bdat, rset, quit, noop or xforward: each time, or the Nth time alone. It is one of
  reject      a 5xx reply                 garbage     a line that is no reply
  tempfail    a 4xx reply                 truncate    closed behind the reply, without farewell
  421         421, then it is closed      strip       at helo: STARTTLS is not offered
  disconnect  the connection is cut       inject      at starttls: a reply more, in plaintext
  stall       no reply ever
TEXT is what is said. At handshake that is in plaintext, where records belong.

Where AUTH is offered, it is by SCRAM-SHA-256, SCRAM-SHA-1 (under TLS with -PLUS as well) and
CRAM-MD5, and under TLS or with --no-tls by PLAIN, LOGIN, OAUTHBEARER and XOAUTH2. A client that
shows a certificate, whichever it is, may use EXTERNAL.

Examples:
  envoi sink --dump received
  envoi sink --listen '[::1]:2525' --no PIPELINING --size 1000000
  envoi sink --fault rcpt:reject@2 --fault 'eod:tempfail=451 4.7.1 Greylisted'
  envoi sink --auth-user ann --auth-password-file secret --require-auth
  envoi sink --listen 127.0.0.1:4650 --implicit-tls --tls-cert mx.pem --tls-key mx.key";

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::arguments::{Arguments, Command};

    #[test]
    fn starttls_is_offered_and_auth_is_not() {
        let options = options(&[]).unwrap();
        assert_eq!(options.tls.map(|tls| tls.start), Some(TlsStart::Starttls));
        assert_eq!(options.auth, None);
    }

    #[test]
    fn tls_can_be_implicit_or_off() {
        let start = |argument| options(&[argument]).unwrap().tls.map(|tls| tls.start);
        assert_eq!(start("--implicit-tls"), Some(TlsStart::Implicit));
        assert_eq!(start("--no-tls"), None);
    }

    #[test]
    fn password_is_the_first_line_of_a_file() {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "pencil\r\nnotes\n").unwrap();
        let file = file.path().to_str().unwrap();
        let arguments = ["--auth-user", "ann", "--auth-password-file", file, "--require-auth"];
        let auth = options(&arguments).unwrap().auth.unwrap();
        assert_eq!((auth.user, auth.is_required), ("ann".into(), true));
        assert_eq!(auth.password, Some("pencil".into()));
        assert!(!auth.in_plaintext.contains(&Mechanism::Plain));
        let auth = options(&[&arguments[..], &["--no-tls"]].concat()).unwrap().auth.unwrap();
        assert!(auth.in_plaintext.contains(&Mechanism::Plain));
    }

    #[test]
    fn unusable_files_are_named() {
        let error = |arguments: &[&str]| options(arguments).unwrap_err().to_string();
        assert_eq!(
            error(&["--auth-user", "ann", "--auth-password-file", "/dev/null"]),
            "nothing in the first line of \"/dev/null\"; expected a password or token"
        );
        assert_eq!(
            error(&["--tls-cert", "/nowhere", "--tls-key", "/dev/null"]),
            "cannot read \"/nowhere\": No such file or directory; expected PEM"
        );
        assert_eq!(
            error(&["--tls-cert", "/dev/null", "--tls-key", "/dev/null"]),
            "cannot use --tls-cert \"/dev/null\" with its key: no certificate in the chain: \
             expected PEM with BEGIN CERTIFICATE"
        );
    }

    fn options(arguments: &[&str]) -> Result<Options, Error> {
        let line = [&["envoi", "sink"], arguments].concat();
        let Command::Sink(arguments) = Arguments::parse_from(line).command else {
            panic!("not `envoi sink`");
        };
        arguments.options()
    }
}
