//! Figures of the core alone, one module per row of the list of targets.
//!
//! A value that does not come back as it was stored ends the program with a panic.

mod child;
mod e1;
mod f1;
mod growth;
mod histogram;
mod latency;
mod object;
mod options;
mod policies;
mod random;
mod report;
mod scale;
mod trace;

use std::process::ExitCode;

use self::options::{Options, USAGE};
use self::report::Report;

type Bench = fn(&Options, &mut Report);

const BENCHES: &[(&str, Bench)] = &[
    ("E1", e1::run),
    ("F1", f1::run),
    ("G1", growth::run),
    ("R5", latency::run),
    ("S1", scale::readers),
    ("W2", scale::increments),
];

fn main() -> ExitCode {
    let options = match Options::parse(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(error) => {
            eprintln!("{error}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let mut report = Report::default();
    report.setting("extent", format!("{:?}", options.extent));
    for name in &options.benches {
        let Some((_, bench)) = BENCHES.iter().find(|(known, _)| known == name) else {
            let known: Vec<&str> = BENCHES.iter().map(|(name, _)| *name).collect();
            eprintln!("there is no bench '{name}'; known: {}", known.join(", "));
            return ExitCode::from(2);
        };
        bench(&options, &mut report);
    }
    if let Some(file) = &options.json {
        let json = serde_json::to_string_pretty(&report).expect("figures are plain data");
        if let Err(error) = std::fs::write(file, json + "\n") {
            eprintln!("{file}: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
