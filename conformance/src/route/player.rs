//! Plays a route file: a route on one side, the file's answers on the other.

use std::fmt;
use std::sync::Arc;

use envoi_dns::{Answer, Host, Kind, Lack, Query, Question, Route};

use super::{Exchange, Mismatch, Reply, RouteFile, text};

/// Plays a route once.
///
/// # Errors
/// If the questions are others than in the file, or what they lead to is.
pub fn play(file: &RouteFile, manner: Manner) -> Result<(), Box<Mismatch>> {
    let route = Route::new(&file.destination, file.rules.clone(), file.seed);
    Player { file, manner, route, hosts: Vec::new() }.play()
}

/// How the answers come that can come at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Manner {
    /// As the file has them.
    InOrder,
    /// The last one first.
    Reversed,
    /// As the file has them, twice each, and with answers to what was not asked.
    Twice,
}

impl Manner {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::InOrder, Self::Reversed, Self::Twice];
}

impl fmt::Display for Manner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InOrder => "with the answers in order",
            Self::Reversed => "with the answers in reverse order",
            Self::Twice => "with each answer twice, and others beside",
        })
    }
}

type Played = Result<(), Box<Mismatch>>;

struct Player<'a> {
    file: &'a RouteFile,
    manner: Manner,
    route: Route,
    hosts: Vec<Host>,
}

impl Player<'_> {
    fn play(&mut self) -> Played {
        let mut rest = &self.file.exchanges[..];
        loop {
            let asked: Vec<_> = std::iter::from_fn(|| self.route.poll_question()).collect();
            if asked.is_empty() {
                break;
            }
            let (at_once, after) = rest.split_at(asked.len().min(rest.len()));
            self.compare_questions(at_once, after, &asked)?;
            self.answer(at_once)?;
            rest = after;
        }
        if let Some(exchange) = rest.first() {
            let expected = (exchange.number, text::question(&exchange.question));
            return self.mismatch("a question is not asked", vec![expected], Vec::new());
        }
        self.finish()
    }

    fn compare_questions(
        &self,
        expected: &[Exchange],
        after: &[Exchange],
        asked: &[Question],
    ) -> Played {
        let differs = |(expected, asked): (&Exchange, &Question)| expected.question != *asked;
        let place = expected.iter().zip(asked).position(differs);
        let place = place.or_else(|| (expected.len() < asked.len()).then_some(expected.len()));
        let Some(place) = place else { return Ok(()) };
        let line = |one: &Exchange| (one.number, text::question(&one.question));
        let expected = expected[place..].iter().chain(after).take(LINES_MAX).map(line).collect();
        let seen = asked[place..].iter().take(LINES_MAX).map(text::question).collect();
        self.mismatch("other questions are asked", expected, seen)
    }

    fn answer(&mut self, exchanges: &[Exchange]) -> Played {
        match self.manner {
            Manner::InOrder => exchanges.iter().try_for_each(|exchange| {
                let known = self.hosts.len();
                self.tell(exchange);
                self.compare_early(exchange, known)
            }),
            Manner::Reversed => {
                exchanges.iter().rev().for_each(|exchange| self.tell(exchange));
                Ok(())
            }
            Manner::Twice => {
                for exchange in exchanges {
                    self.tell_beside(exchange);
                    self.tell(exchange);
                    self.tell(exchange);
                }
                Ok(())
            }
        }
    }

    /// Tells an answer, and takes the hosts that are known by then.
    fn tell(&mut self, exchange: &Exchange) {
        match (&exchange.question, exchange.reply.clone()) {
            (Question::Dns(query), Reply::Dns(answer)) => self.route.handle_answer(query, answer),
            (Question::Native(name), Reply::Native(found)) => self.route.handle_native(name, found),
            (Question::Dns(_), Reply::Native(_)) | (Question::Native(_), Reply::Dns(_)) => {
                unreachable!("a reply is read by its question")
            }
        }
        self.hosts.extend(std::iter::from_fn(|| self.route.poll_host()));
    }

    /// Tells answers that were not asked for.
    fn tell_beside(&mut self, exchange: &Exchange) {
        let (Question::Dns(Query { name, .. }) | Question::Native(name)) = &exchange.question;
        for kind in [Kind::Tlsa, Kind::Txt] {
            let answer = Arc::new(Answer::lacking(Lack::NoName));
            self.route.handle_answer(&Query { name: name.clone(), kind }, answer);
        }
        let other = "other.example".parse().expect("it is a name");
        self.route.handle_native(&other, Ok(Vec::new()));
    }

    /// Compares the host that has just become known, if that is to be one.
    fn compare_early(&self, exchange: &Exchange, known: usize) -> Played {
        let Some((number, expected)) = &exchange.early else { return Ok(()) };
        let seen: Vec<_> = self.hosts[known..].iter().map(text::host).collect();
        if known == 0 && seen == [&**expected] {
            return Ok(());
        }
        self.mismatch("something else comes early", vec![(*number, expected.clone())], seen)
    }

    fn finish(&mut self) -> Played {
        if !self.route.is_complete() {
            return self.mismatch("the route is not complete", Vec::new(), Vec::new());
        }
        self.hosts.extend(std::iter::from_fn(|| self.route.poll_host()));
        let seen = text::results(&self.route, &self.hosts);
        let expected = &self.file.results;
        let is_same = |((_, expected), seen): &(&(usize, String), &String)| expected == *seen;
        let place = expected.iter().zip(&seen).take_while(is_same).count();
        if place == expected.len() && place == seen.len() {
            return Ok(());
        }
        let expected = expected[place..].iter().take(LINES_MAX).cloned().collect();
        let seen = seen[place..].iter().take(LINES_MAX).cloned().collect();
        self.mismatch("it comes to something else", expected, seen)
    }

    fn mismatch(
        &self,
        what: &'static str,
        expected: Vec<(usize, String)>,
        seen: Vec<String>,
    ) -> Played {
        let last = || self.file.results.last().map_or(0, |(number, _)| *number);
        let line = expected.first().map_or_else(last, |(number, _)| *number);
        let seen = if seen.is_empty() { vec!["(nothing)".into()] } else { seen };
        let (file, how) = (self.file.file.clone(), self.manner.to_string());
        Err(Box::new(Mismatch { file, line, how, what, expected, seen }))
    }
}

/// Most lines that are shown.
const LINES_MAX: usize = 12;
