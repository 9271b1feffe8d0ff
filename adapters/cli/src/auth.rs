//! Who we are to servers.

use std::path::PathBuf;

use envoi_driver::proto::auth::{Credentials, MechanismFilter};

use crate::error::Error;
use crate::password;

/// Who we are, and where the proof is.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Authentication")]
pub(crate) struct AuthArguments {
    /// Authenticates where AUTH is offered; without --auth-password-file the password is in the
    /// environment variable ENVOI_PASSWORD, or it is asked for at the terminal.
    #[arg(long, value_name = "USER")]
    auth_user: Option<String>,
    /// A file whose first line is the password.
    #[arg(long, value_name = "FILE", requires = "auth_user")]
    auth_password_file: Option<PathBuf>,
    /// A file whose first line is an OAuth bearer token, instead of a password.
    #[arg(
        long,
        value_name = "FILE",
        requires = "auth_user",
        conflicts_with = "auth_password_file"
    )]
    auth_token_file: Option<PathBuf>,
    /// The mechanisms that may be used, such as 'SCRAM-SHA-256, PLAIN'; by default all.
    #[arg(long, value_name = "LIST", requires = "auth_user", value_parser = mechanisms)]
    auth_mechanisms: Option<MechanismFilter>,
}

/// Who we are, and how that may be proven.
#[derive(Clone, Debug)]
pub(crate) struct Auth {
    pub(crate) credentials: Credentials,
    pub(crate) mechanisms: MechanismFilter,
}

impl AuthArguments {
    pub(crate) fn is_wanted(&self) -> bool {
        self.auth_user.is_some()
    }

    /// Finds the proof, and asks for it where there is none.
    pub(crate) fn auth(&self) -> Result<Option<Auth>, Error> {
        let Some(user) = &self.auth_user else {
            return Ok(None);
        };
        let credentials = match &self.auth_token_file {
            Some(file) => Credentials::token(user, &password::first_line(file)?),
            None => Credentials::password(user, &self.password(user)?),
        };
        let mechanisms = self.auth_mechanisms.clone().unwrap_or_default();
        Ok(Some(Auth { credentials: credentials.map_err(Error::Credentials)?, mechanisms }))
    }

    fn password(&self, user: &str) -> Result<String, Error> {
        let found = password::find(self.auth_password_file.as_deref())?;
        let found = found.or_else(|| password::ask(user));
        found.ok_or_else(|| Error::NoPassword { user: user.into(), expected: SOURCES })
    }
}

fn mechanisms(text: &str) -> Result<MechanismFilter, String> {
    let filter: MechanismFilter = text.parse().map_err(|error| format!("{error}"))?;
    let is_known = |word: &str| {
        MECHANISMS.iter().any(|name| name.eq_ignore_ascii_case(word)) || word.starts_with("static:")
    };
    // What is forbidden need not be known.
    let mut words =
        text.split([',', ' ']).filter(|word| !word.is_empty() && !word.starts_with('!'));
    let there_are = MECHANISMS.join(", ");
    if let Some(unknown) = words.find(|word| !is_known(word)) {
        return Err(format!("unknown mechanism {unknown:?}; expected some of {there_are}"));
    }
    if !MECHANISMS.iter().any(|name| filter.allows(name)) {
        return Err(format!("no mechanism is left; expected some of {there_are}"));
    }
    Ok(filter)
}

/// Where a password can be.
const SOURCES: &str = "--auth-password-file, the environment variable ENVOI_PASSWORD, or a \
                       terminal to ask at";

/// The mechanisms for passwords and tokens.
const MECHANISMS: [&str; 9] = [
    "SCRAM-SHA-256-PLUS",
    "SCRAM-SHA-256",
    "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-1",
    "CRAM-MD5",
    "OAUTHBEARER",
    "XOAUTH2",
    "PLAIN",
    "LOGIN",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mechanisms_are_those_that_there_are() {
        assert!(mechanisms("scram-sha-256,PLAIN").unwrap().allows("plain"));
        assert!(!mechanisms("!gssapi, !login, static:all").unwrap().allows("login"));
        let error = |text| mechanisms(text).unwrap_err();
        assert!(
            error("plain, SCRUM").starts_with("unknown mechanism \"SCRUM\"; expected some of ")
        );
        assert!(error("!plain").starts_with("no mechanism is left; expected some of SCRAM-"));
    }
}
