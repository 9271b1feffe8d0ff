//! Plays a case.

use std::path::Path;
use std::sync::{Arc, Mutex};

use conformance::clockwork::{Clockwork, Known};
use conformance::delivery::Round;
use conformance::dialogue;
use conformance::parameter::{Case, Trace};
use envoi_driver::dns::{Destination, Hosts, Services, Syntax};
use envoi_driver::proto::{Envelope, Protocol};
use envoi_driver::{Message, Network, Outcome, Runtime as _, System};
use envoi_postfix::agent::{Agent, Letter};
use envoi_postfix::log::Log;
use envoi_postfix::main_cf::{self, Kind, MainCf, Parameters, Personality, table};
use envoi_postfix::notice::Notice;
use envoi_postfix::setup::Setup;
use libtest_mimic::Failed;
use tracing_subscriber::layer::SubscriberExt as _;

use crate::log::Lines;
use crate::place;

pub(crate) fn play(case: &Case) -> Result<(), Failed> {
    let dir = place::make(case);
    let _silent = place::listen(case, dir.path());
    let (main_cf, mut problems) = MainCf::read(dir.path(), &[]);
    let personality = if case.is_lmtp { Personality::Lmtp } else { Personality::Smtp };
    let found = main_cf::System {
        host_name: "host.client.example".into(),
        directory: dir.path().to_str().unwrap().into(),
        process_id: 4711,
        process_name: if case.is_lmtp { "lmtp" } else { "smtp" }.into(),
        service_name: "relay".into(),
    };
    let (parameters, more) = Parameters::new(main_cf, personality, &found);
    problems.extend(more);
    let (setup, more) = Setup::read(&parameters, &system());
    problems.extend(more);
    let problems = problems.iter().map(ToString::to_string).collect();
    let log = Lines::over(&setup.reporting, dir.path());
    let mut seen = Seen { problems, log, ..Seen::default() };
    if let Some(round) = &case.round {
        let log = Log::new(seen.log.clone(), setup.reporting.tls);
        let log = tracing_subscriber::registry().with(log);
        let delivered = tracing::subscriber::with_default(log, || deliver(round, setup, &mut seen));
        delivered.map_err(|failure| {
            let reason = failure.message().unwrap_or_default();
            format!("{reason}\nlogged:\n{}", seen.log.lines().join("\n"))
        })?;
    }
    for (line, trace) in &case.traces {
        let place = format!("--> {}:{line}", case.file.display());
        seen.check(trace, &parameters, dir.path())
            .map_err(|reason| format!("{place}\n{reason}"))?;
    }
    let is_told = |problem: &String| {
        let tells = |(_, trace): &(usize, Trace)| match trace {
            Trace::Problem(text) => problem.contains(text),
            Trace::Log(..)
            | Trace::Notice(..)
            | Trace::Tls(..)
            | Trace::Syslog(_)
            | Trace::MailLog(_)
            | Trace::Action(_)
            | Trace::Value(..) => false,
        };
        case.traces.iter().any(tells)
    };
    match seen.problems.iter().find(|problem| !is_told(problem)) {
        Some(problem) => {
            Err(format!("--> {}:{}\n{problem}", case.file.display(), case.line).into())
        }
        None => Ok(()),
    }
}

/// What a case has left behind.
#[derive(Default)]
struct Seen {
    problems: Vec<String>,
    log: Lines,
    notices: Arc<Mutex<Vec<Notice>>>,
    handshakes: Vec<String>,
    actions: Vec<String>,
}

/// Delivers the messages of a case.
fn deliver(round: &Arc<Round>, setup: Setup, seen: &mut Seen) -> Result<(), Failed> {
    let clockwork = Clockwork::new(round.clone());
    let resolver = Known(round.zone.clone());
    let network = Network { runtime: clockwork.clone(), resolver, hosts: system().hosts };
    let envelopes = round.envelopes(clockwork.now());
    let syntax = match setup.protocol {
        Protocol::Smtp => Syntax::Smtp,
        Protocol::Lmtp => Syntax::Lmtp,
    };
    let services = Services::default();
    let domain = || Destination::list("mx.example", syntax, &services).unwrap();
    let destinations = round.destinations.clone().unwrap_or_else(domain);
    let letter = |(envelope, message): (Arc<Envelope>, &dialogue::Message)| {
        Letter::from(Message { envelope, content: message.content().to_vec().into() })
    };
    let letters: Vec<_> = envelopes.into_iter().zip(&round.dialogue.messages).map(letter).collect();
    let notices = seen.notices.clone();
    let notify = move |notice| notices.lock().unwrap().push(notice);
    let mut agent = Agent::new(setup.into(), clockwork.clone(), notify);
    let reports = smol::block_on(agent.deliver(&network, destinations, &letters, SEED));
    drop((network, agent));
    seen.handshakes = clockwork.handshakes();
    clockwork.finish().map_err(|mismatch| format!("\n{mismatch}"))?;
    let outcomes: Vec<Outcome> = reports.into_iter().flat_map(|report| report.outcomes).collect();
    let actions = outcomes.iter().filter_map(Outcome::action);
    seen.actions = actions.map(|action| action.to_string()).collect();
    let checked = round.dialogue.check(&outcomes, "by clockwork");
    Ok(checked.map_err(|mismatch| format!("\n{mismatch}"))?)
}

impl Seen {
    /// Whether something was seen that a case expects.
    fn check(&self, trace: &Trace, parameters: &Parameters, dir: &Path) -> Result<(), String> {
        let find = |lines: Vec<String>, text: &str, is_wanted: bool| {
            let is_there = lines.iter().any(|line| line.contains(text));
            let shown = || format!("there is {}", lines.join("\n"));
            if is_there == is_wanted { Ok(()) } else { Err(shown()) }
        };
        match trace {
            Trace::Log(text, is_wanted) => find(self.log.lines(), text, *is_wanted),
            Trace::Notice(text, is_wanted) => {
                let notices = self.notices.lock().unwrap();
                let shown = |n: &Notice| format!("<{}> to <{}>\n{}", n.sender, n.recipient, n.text);
                find(notices.iter().map(shown).collect(), text, *is_wanted)
            }
            Trace::Tls(text, is_wanted) => find(self.handshakes.clone(), text, *is_wanted),
            Trace::Syslog(text) => find(self.log.datagrams(), text, true),
            Trace::MailLog(text) => find(self.log.file(), text, true),
            Trace::Action(word) => find(self.actions.clone(), word, true),
            Trace::Problem(text) => find(self.problems.clone(), text, true),
            Trace::Value(name, text) => {
                let (value, text) = (written(name, parameters), place::spell(text, dir));
                if value == text { Ok(()) } else { Err(format!("{name} = {value}")) }
            }
        }
    }
}

/// What a parameter says, written out.
fn written(name: &str, parameters: &Parameters) -> String {
    let parameter = table::parameters().find(|parameter| parameter.name == name);
    match parameter.map(|parameter| parameter.kind) {
        Some(Kind::Boolean) => if parameters.boolean(name) { "yes" } else { "no" }.into(),
        Some(Kind::Integer { .. }) => parameters.integer(name).to_string(),
        Some(Kind::Time { .. }) => format!("{}s", parameters.time(name).as_secs()),
        Some(Kind::Choice(_) | Kind::Words(_) | Kind::Text | Kind::Name | Kind::Maps) | None => {
            parameters.text(name).to_owned()
        }
    }
}

/// What is found of the machine.
fn system() -> System {
    System {
        hosts: Hosts::parse("192.0.2.66 host.example\n").into(),
        services: Services::parse("").into(),
        addresses: ["127.0.0.1", "192.0.2.77", "::1", "2001:db8::77"]
            .map(|address| address.parse().unwrap())
            .into(),
    }
}

/// What decides the order of hosts of the same preference.
const SEED: u64 = 0;
