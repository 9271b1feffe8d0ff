//! main.cf with any bytes.

use std::path::Path;

use envoi_postfix::main_cf::{MainCf, Parameters, Personality, Problem, System};

use crate::witness::{Violation, ensure};

/// Reads a main.cf, works every value out, and reads what it prints.
///
/// # Errors
/// If a value or what is told of it has no bound, or what was printed reads otherwise.
pub fn main_cf(data: &[u8]) -> Result<(), Violation> {
    let path = Path::new("main.cf");
    let (main_cf, mut problems) = MainCf::parse(path, data);
    let printed: String =
        main_cf.settings().map(|(name, setting)| format!("{name} = {}\n", setting.value)).collect();
    let (again, _) = MainCf::parse(path, printed.as_bytes());
    let values = |main_cf: &MainCf| -> Vec<_> {
        let values = main_cf.settings();
        values.map(|(name, setting)| (name.to_owned(), setting.value.clone())).collect()
    };
    ensure(values(&main_cf) == values(&again), || format!("{main_cf:?}, and printed {again:?}"))?;
    let is_told_of_all = problems.iter().any(Problem::is_error) || data.is_empty() || {
        let lines = data.split(|byte| *byte == b'\n');
        lines.count() >= main_cf.settings().count()
    };
    ensure(is_told_of_all, || format!("{main_cf:?} has more settings than lines"))?;
    for personality in [Personality::Smtp, Personality::Lmtp] {
        let (parameters, told) = Parameters::new(main_cf.clone(), personality, &system());
        problems.extend(told);
        for (name, _) in main_cf.settings() {
            match parameters.expanded(name) {
                Ok(expanded) => {
                    let length = expanded.text.len();
                    ensure(length <= VALUE_SIZE_MAX, || format!("{name} has {length} bytes"))?;
                }
                Err(problem) => problems.push(problem),
            }
        }
    }
    problems.extend(main_cf.unknown());
    let limit = PROBLEM_SIZE_MAX + 2 * data.len();
    let long = problems.iter().map(|problem| problem.to_string().len()).find(|len| *len > limit);
    ensure(long.is_none(), || format!("a problem of {long:?} bytes"))
}

fn system() -> System {
    System { host_name: "host.example".into(), ..System::default() }
}

const VALUE_SIZE_MAX: usize = 1 << 18;

/// What is told of a problem, but for the names in it.
const PROBLEM_SIZE_MAX: usize = 2048;
