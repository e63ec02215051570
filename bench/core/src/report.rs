//! Figures, as tables for people and as JSON for `bench/run`.

use std::collections::BTreeMap;

use serde::Serialize;

/// One figure and what it is to be.
#[derive(Debug, Serialize)]
pub struct Figure {
    /// As in the list of targets: E1.
    pub row: &'static str,
    /// What is compared.
    pub check: String,
    pub case: String,
    pub value: Option<f64>,
    pub limit: Option<f64>,
    /// Whether the value is to be at least the limit, instead of at most.
    pub at_least: bool,
    /// 'ratio', 'bytes', 'count', 'percent', 'ns'.
    pub unit: &'static str,
    /// What the value was made of.
    pub detail: BTreeMap<String, f64>,
    pub note: String,
}

impl Figure {
    pub fn new(row: &'static str, check: impl Into<String>, case: impl Into<String>, value: f64) -> Self {
        Self {
            row,
            check: check.into(),
            case: case.into(),
            value: value.is_finite().then_some(value),
            limit: None,
            at_least: false,
            unit: "ratio",
            detail: BTreeMap::new(),
            note: String::new(),
        }
    }

    pub fn at_least(mut self, limit: f64) -> Self {
        (self.limit, self.at_least) = (Some(limit), true);
        self
    }

    pub fn at_most(mut self, limit: f64) -> Self {
        (self.limit, self.at_least) = (Some(limit), false);
        self
    }

    pub fn unit(mut self, unit: &'static str) -> Self {
        self.unit = unit;
        self
    }

    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    pub fn detail(mut self, name: &str, value: f64) -> Self {
        self.detail.insert(name.to_owned(), value);
        self
    }

    fn verdict(&self) -> &'static str {
        match (self.value, self.limit) {
            (None, _) => "n/a",
            (_, None) => "",
            (Some(value), Some(limit)) if (value >= limit) == self.at_least || value == limit => "pass",
            _ => "MISSING",
        }
    }
}

/// What was measured, and with which settings.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    pub settings: BTreeMap<String, String>,
    pub figures: Vec<Figure>,
}

impl Report {
    pub fn setting(&mut self, name: &str, value: impl ToString) {
        self.settings.insert(name.to_owned(), value.to_string());
    }

    /// Adds a figure and prints it.
    pub fn add(&mut self, figure: Figure) {
        let shown = |value: f64| match figure.unit {
            "ratio" => format!("{value:.3}"),
            _ => format!("{value:.0} {}", figure.unit),
        };
        let value = figure.value.map_or("-".to_owned(), shown);
        let target = figure.limit.map_or(String::new(), |limit| {
            format!("{} {}", if figure.at_least { ">=" } else { "<=" }, shown(limit))
        });
        let (row, verdict) = (figure.row, figure.verdict());
        println!(
            "{row:3} {:48} {:36} {value:>10} {target:10} {verdict:8} {}",
            figure.check, figure.case, figure.note
        );
        self.figures.push(figure);
    }
}
