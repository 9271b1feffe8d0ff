//! Which parameter is shown where.

use std::collections::BTreeMap;
use std::time::Duration;

use conformance::parameter::{Case, Shown};
use envoi_postfix::main_cf::table::parameters;
use envoi_postfix::main_cf::{
    Effect, Kind, MainCf, Parameter, Parameters, Personality, Place, System,
};
use libtest_mimic::{Failed, Trial};
use std::path::Path;

/// A parameter, and the cases that show it: each file's name, and what it shows.
pub(crate) struct Row {
    pub(crate) parameter: &'static Parameter,
    pub(crate) shown: Vec<(String, Shown)>,
}

/// A row for each parameter.
pub(crate) fn rows(cases: &[Case]) -> Vec<Row> {
    let mut by_name: BTreeMap<&str, Vec<(String, Shown)>> = BTreeMap::new();
    for case in cases {
        let stem = case.file.file_stem().unwrap().to_string_lossy();
        for shown in &case.shows {
            by_name.entry(&shown.name).or_default().push((stem.clone().into(), shown.clone()));
        }
    }
    let row = |parameter: &'static Parameter| {
        let names = [Personality::Smtp, Personality::Lmtp].map(|p| parameter.name_for(p));
        let mut names: Vec<_> = names.into_iter().flatten().collect();
        names.dedup();
        let shown = names.iter().flat_map(|name| by_name.get(&**name).into_iter().flatten());
        Row { parameter, shown: shown.cloned().collect() }
    };
    parameters().map(row).collect()
}

/// Every parameter has to be shown at its default and at another value, unless it does nothing
/// yet, and every case is about parameters that there are.
pub(crate) fn trials(cases: &[Case]) -> Vec<Trial> {
    let rows = rows(cases);
    let missing: Vec<String> = rows.iter().filter_map(missing).collect();
    let known: Vec<_> = rows.iter().flat_map(|row| &row.shown).map(|(_, s)| s.clone()).collect();
    let shows = cases.iter().flat_map(|case| &case.shows);
    let unknown: Vec<_> =
        shows.filter(|shown| !known.contains(shown)).map(ToString::to_string).collect();
    vec![
        Trial::test("every parameter is shown at its default and another value", move || {
            if missing.is_empty() { Ok(()) } else { Err(missing.join("\n").into()) }
        }),
        Trial::test("every case is about parameters that there are", move || {
            if unknown.is_empty() { Ok(()) } else { Err(unknown.join("\n").into()) }
        }),
        Trial::test("lmtp(8) reads the twin of every parameter", twins_are_read),
    ]
}

/// What is not shown of a parameter.
fn missing(row: &Row) -> Option<String> {
    let has = |is_default| row.shown.iter().any(|(_, shown)| shown.value.is_none() == is_default);
    match (has(true), has(false)) {
        _ if row.parameter.effect == Effect::NotYet => None,
        (true, true) => None,
        (true, false) => Some(format!("{} at another value", row.parameter.name)),
        (false, true) => Some(format!("{} at its default", row.parameter.name)),
        (false, false) => Some(row.parameter.name.to_owned()),
    }
}

fn twins_are_read() -> Result<(), Failed> {
    let faults: Vec<_> =
        parameters().filter_map(|parameter| twin_is_read(parameter).err()).collect();
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

/// Whether lmtp(8) reads the twin of a parameter, and smtp(8) does not.
fn twin_is_read(parameter: &Parameter) -> Result<(), String> {
    let [smtp, lmtp] = [Personality::Smtp, Personality::Lmtp].map(|p| parameter.name_for(p));
    let Some(lmtp) = lmtp.filter(|lmtp| smtp.as_ref() != Some(lmtp)) else {
        return Ok(());
    };
    let text = format!("{lmtp} = {}\n", sample(parameter));
    let read = |personality| {
        let (main_cf, _) = MainCf::parse(Path::new("main.cf"), text.as_bytes());
        Parameters::new(main_cf, personality, &System::default())
    };
    let (parameters, _) = read(Personality::Lmtp);
    if parameters.place(parameter.name) == Place::Default || !is_sample(parameter, &parameters) {
        return Err(format!("{lmtp} is not read"));
    }
    let (parameters, _) = read(Personality::Smtp);
    if smtp.is_some() && parameters.place(parameter.name) != Place::Default {
        return Err(format!("{lmtp} is read by smtp(8)"));
    }
    Ok(())
}

/// A value that is not the default.
fn sample(parameter: &Parameter) -> String {
    match parameter.kind {
        Kind::Boolean => if parameter.default == "yes" { "no" } else { "yes" }.into(),
        Kind::Integer { min, max } => NUMBER.clamp(min, max).to_string(),
        Kind::Time { .. } => "77s".into(),
        Kind::Choice(words) | Kind::Words(words) => {
            let other = words.iter().rfind(|word| **word != parameter.default);
            (*other.unwrap_or(&"")).into()
        }
        Kind::Text | Kind::Name => "sample".into(),
        Kind::Maps => "static:sample".into(),
    }
}

fn is_sample(parameter: &Parameter, parameters: &Parameters) -> bool {
    let (name, sample) = (parameter.name, sample(parameter));
    match parameter.kind {
        Kind::Boolean => parameters.boolean(name) == (sample == "yes"),
        Kind::Integer { .. } => parameters.integer(name).to_string() == sample,
        Kind::Time { .. } => parameters.time(name) == Duration::from_secs(77),
        Kind::Choice(_) | Kind::Words(_) | Kind::Text | Kind::Name | Kind::Maps => {
            parameters.text(name) == sample
        }
    }
}

/// A number that is no default.
const NUMBER: u32 = 7;
