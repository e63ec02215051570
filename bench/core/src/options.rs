//! What the command line asks for.

/// How much is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// Everything works and every value round-trips; no figures worth keeping.
    Smoke,
    Quick,
    Full,
}

impl Extent {
    /// One of three, by extent.
    pub fn pick<T>(self, smoke: T, quick: T, full: T) -> T {
        match self {
            Self::Smoke => smoke,
            Self::Quick => quick,
            Self::Full => full,
        }
    }
}

#[derive(Debug)]
pub struct Options {
    pub benches: Vec<String>,
    pub extent: Extent,
    /// Where the JSON goes.
    pub json: Option<String>,
    /// How long a case of F1 may take, in seconds, instead of what the extent says.
    pub budget: Option<u64>,
    /// Only cases whose names contain this.
    pub only: Option<String>,
}

pub const USAGE: &str =
    "static-cache-bench [--smoke|--quick] [--json FILE] [--only TEXT] [--budget SECONDS] BENCH...";

impl Options {
    pub fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options =
            Self { benches: Vec::new(), extent: Extent::Full, json: None, budget: None, only: None };
        while let Some(argument) = arguments.next() {
            match argument.as_str() {
                "--smoke" => options.extent = Extent::Smoke,
                "--quick" => options.extent = Extent::Quick,
                "--json" => options.json = Some(arguments.next().ok_or("--json needs a file")?),
                "--budget" => {
                    let seconds = arguments.next().and_then(|text| text.parse().ok());
                    options.budget = Some(seconds.ok_or("--budget needs a number of seconds")?);
                }
                "--only" => options.only = Some(arguments.next().ok_or("--only needs a text")?),
                name if name.starts_with('-') => return Err(format!("unknown option '{name}'")),
                name => options.benches.push(name.to_owned()),
            }
        }
        Ok(options)
    }

    pub fn wants(&self, case: &str) -> bool {
        self.only.as_ref().is_none_or(|only| case.contains(only))
    }
}
