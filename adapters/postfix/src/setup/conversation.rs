//! How conversations are held.

use std::num::NonZeroUsize;

use envoi_driver::proto::auth::Settings;
use envoi_driver::proto::{Config, Conversion, Domain, Farewell, Hello, Per, Quoting, TimeLimits};

use super::reader::Reader;

/// What all conversations have in common, but for TLS.
pub(super) fn config(reader: &mut Reader<'_>) -> Config {
    let fallback = || "localhost".parse::<Domain>().expect("it is a name");
    let mut config = Config::new(reader.parsed("smtp_helo_name").unwrap_or_else(fallback));
    config.host_name = reader.parsed("myhostname").unwrap_or_else(fallback);
    config.hello = hello(reader);
    config.time_limits = time_limits(reader);
    config.line_length_limit = NonZeroUsize::new(reader.size("smtp_line_length_limit"));
    let quotes = reader.boolean("smtp_quote_rfc821_envelope");
    config.quoting = if quotes { Quoting::AsNeeded } else { Quoting::Never };
    let skips = reader.boolean("smtp_skip_quit_response");
    config.farewell = if skips { Farewell::Hasty } else { Farewell::Polite };
    config.send_xforward = reader.boolean("smtp_send_xforward_command");
    let authenticates = reader.boolean("smtp_sasl_auth_enable");
    config.send_mail_auth = authenticates && reader.boolean("smtp_send_dummy_mail_auth");
    config.smtputf8 = reader.boolean("smtputf8_enable");
    config.pix_delay = reader.time("smtp_pix_workaround_delay_time");
    config.pix_threshold = reader.time("smtp_pix_workaround_threshold_time");
    config.auth = settings(reader);
    if let Some(limit) = NonZeroUsize::new(reader.size("line_length_limit")) {
        config.reply_line_limit = limit;
    }
    config.note_starttls_offer = reader.boolean("smtp_tls_note_starttls_offer");
    config.fast_tls_end = reader.boolean("tls_fast_shutdown_enable");
    config.advises = reader.boolean("helpful_warnings");
    config.block_early_mail_reply = reader.boolean("smtp_tls_block_early_mail_reply");
    let is_off = reader.boolean("disable_mime_output_conversion");
    config.conversion = if is_off { Conversion::Off } else { Conversion::AsPostfix };
    config.mime.boundary = reader.size("mime_boundary_length_limit");
    config.mime.header = reader.size("header_size_limit");
    config.mime.piece = reader.size("line_length_limit");
    config.mime.nesting = reader.size("mime_nesting_limit");
    config
}

/// LMTP has but one hello.
fn hello(reader: &mut Reader<'_>) -> Hello {
    if reader.is_lmtp() {
        Hello::Ehlo
    } else if reader.boolean("smtp_never_send_ehlo") {
        Hello::Helo
    } else if reader.boolean("smtp_always_send_ehlo") {
        Hello::Ehlo
    } else {
        Hello::EhloIfOffered
    }
}

fn time_limits(reader: &mut Reader<'_>) -> TimeLimits {
    let per = if reader.boolean("smtp_per_request_deadline") {
        let rate = reader.size("smtp_min_data_rate");
        Per::Request { minimum_rate: u32::try_from(rate).unwrap_or(u32::MAX) }
    } else {
        Per::Progress
    };
    TimeLimits {
        hello: reader.time("smtp_helo_timeout"),
        starttls: reader.time("smtp_starttls_timeout"),
        xforward: reader.time("smtp_xforward_timeout"),
        mail: reader.time("smtp_mail_timeout"),
        recipient: reader.time("smtp_rcpt_timeout"),
        data: reader.time("smtp_data_init_timeout"),
        content: reader.time("smtp_data_xfer_timeout"),
        end_of_data: reader.time("smtp_data_done_timeout"),
        reset: reader.time("smtp_rset_timeout"),
        quit: reader.time("smtp_quit_timeout"),
        per,
    }
}

fn settings(reader: &mut Reader<'_>) -> Settings {
    let mut settings = Settings::default();
    settings.plaintext = reader.parsed("smtp_sasl_security_options").unwrap_or_default();
    settings.tls = reader.parsed("smtp_sasl_tls_security_options").unwrap_or_default();
    settings.verified =
        reader.parsed("smtp_sasl_tls_verified_security_options").unwrap_or_default();
    settings.filter = reader.parsed("smtp_sasl_mechanism_filter").unwrap_or_default();
    settings
}
