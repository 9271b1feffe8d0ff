//! How the receiver that Envoi ships is set up for a run.

use std::num::NonZeroU64;

use envoi_proto::Protocol;
use envoi_sink::{Action, Extensions, Fault, Limits, Options, Point, Recipients};

use super::random::Random;
use super::scenario::Scenario;

pub(super) fn options(scenario: &Scenario, random: &mut Random) -> Options {
    let is_lmtp = scenario.peer.protocol == Protocol::Lmtp;
    let count = random.pick(&[0, 0, 1, 3]);
    let mut faults = Vec::new();
    while faults.len() < count {
        let fault = fault(random);
        // Without RSET a transaction stays open, and the next one's recipients join it. A chunk
        // that fails gets one reply here, whatever the recipients of LMTP.
        let is_unfit = fault.point == Point::Rset || (is_lmtp && fault.point == Point::Bdat);
        if !is_unfit {
            faults.push(fault);
        }
    }
    Options {
        protocol: if is_lmtp { envoi_sink::Protocol::Lmtp } else { envoi_sink::Protocol::Smtp },
        extensions: extensions(random),
        recipients: random.pick(&[Recipients::All, Recipients::ByName]),
        faults,
        ..Options::default()
    }
}

fn extensions(random: &mut Random) -> Extensions {
    Extensions {
        pipelining: random.chance(750),
        eight_bit_mime: random.chance(500),
        size: random.pick(&[None, Some(0), Some(1000), Some(1_000_000)]),
        dsn: random.chance(500),
        smtp_utf8: random.chance(500),
        enhanced_status_codes: random.chance(500),
        chunking: random.chance(600),
        xforward: if random.chance(300) { vec!["NAME".into(), "HELO".into()] } else { Vec::new() },
        limits: Limits {
            mail_max: random.pick(&[None, None, Some(1), Some(3)]),
            rcpt_max: random.pick(&[None, None, Some(2), Some(100)]),
        },
    }
}

fn fault(random: &mut Random) -> Fault {
    let occasion = NonZeroU64::new(random.scale(0, 6) as u64);
    let fault = Fault::new(random.pick(&Point::ALL), random.pick(&Action::ALL));
    Fault { occasion, ..fault }
}
