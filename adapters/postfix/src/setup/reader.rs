//! Parameters as they are read, and what is wrong with them.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

use envoi_driver::dns::Services;

use crate::main_cf::{Parameters, Personality, Problem};
use crate::table::{Context, MatchList, Subdomains, Tables};

/// Reads parameters, and notes what is wrong with them.
pub(super) struct Reader<'a> {
    parameters: &'a Parameters,
    context: Context,
    /// What was wrong.
    pub(super) problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(parameters: &'a Parameters) -> Self {
        let mut context = Context::new(parameters.text("config_directory"));
        context.queue_directory = parameters.text("queue_directory").into();
        context.command_directory = parameters.text("command_directory").into();
        context.proxymap_service = parameters.text("proxymap_service_name").into();
        context.proxywrite_service = parameters.text("proxywrite_service_name").into();
        let mut reader = Self { parameters, context, problems: Vec::new() };
        reader.context.ipc_timeout = reader.time("ipc_timeout");
        reader.context.smtputf8 = reader.boolean("smtputf8_enable");
        reader
    }

    pub(super) fn is_lmtp(&self) -> bool {
        self.parameters.personality() == Personality::Lmtp
    }

    pub(super) fn text(&self, parameter: &str) -> String {
        self.parameters.text(parameter).to_owned()
    }

    /// Whether something other than the default was asked for.
    pub(super) fn is_set(&self, parameter: &str) -> bool {
        self.parameters.is_set(parameter)
    }

    pub(super) fn boolean(&self, parameter: &str) -> bool {
        self.parameters.boolean(parameter)
    }

    pub(super) fn time(&self, parameter: &str) -> Duration {
        self.parameters.time(parameter)
    }

    /// A number that is not negative.
    pub(super) fn size(&self, parameter: &str) -> usize {
        self.parameters.integer(parameter) as usize
    }

    /// What a value means, if it means anything.
    pub(super) fn parsed<T: FromStr>(&mut self, parameter: &str) -> Option<T>
    where
        T::Err: Display,
    {
        let read = self.text(parameter).trim().parse();
        read.map_err(|error| self.blame(parameter, &format!("something else; {error}"))).ok()
    }

    /// What a word means; the first one's meaning, if it is none of them.
    pub(super) fn word<T: Copy>(&mut self, parameter: &str, words: &[(&str, T)]) -> T {
        let text = self.text(parameter);
        let known = words.iter().find(|(word, _)| word.eq_ignore_ascii_case(text.trim()));
        if known.is_none() {
            let words: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            self.blame(parameter, &words.join(", "));
        }
        known.unwrap_or(&words[0]).1
    }

    /// A number, or the name of a service.
    pub(super) fn port(&mut self, parameter: &str, services: &Services) -> u16 {
        let text = self.text(parameter);
        let number = text.trim().parse().ok().or_else(|| services.port(text.trim()));
        number.filter(|port| *port > 0).unwrap_or_else(|| {
            self.blame(parameter, "a number from 1 to 65535, or the name of a service");
            25
        })
    }

    /// Tables whose keys are compared without regard to case.
    pub(super) fn tables(&mut self, parameter: &str) -> Tables {
        self.open(parameter, &self.context.clone())
    }

    /// Tables whose keys are compared as they are.
    pub(super) fn tables_by_case(&mut self, parameter: &str) -> Tables {
        self.open(parameter, &self.context.case_sensitive())
    }

    /// A list of patterns.
    pub(super) fn list(&mut self, parameter: &str) -> MatchList {
        let parents = self.text("parent_domain_matches_subdomains");
        let subdomains = Subdomains::of(parameter, &parents);
        let (list, errors) = MatchList::open(&self.text(parameter), subdomains, &self.context);
        for error in errors {
            self.blame(parameter, &format!("patterns, and tables that can be opened; {error}"));
        }
        list
    }

    /// What tables have to know.
    pub(super) fn context(&self) -> &Context {
        &self.context
    }

    fn open(&mut self, parameter: &str, context: &Context) -> Tables {
        let (tables, errors) = Tables::open(&self.text(parameter), context);
        for error in errors {
            self.blame(parameter, &format!("tables that can be opened; {error}"));
        }
        tables
    }

    /// Notes that a value is not what was expected.
    pub(super) fn blame(&mut self, parameter: &str, expected: &str) {
        self.problems.push(self.parameters.problem(parameter, expected));
    }
}
