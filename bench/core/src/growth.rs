//! G1: what an operation costs must not grow with the segment or with what is in it.
//!
//! The same few keys in rotation show what the structures cost: longer chains, larger tables, more to look through. Random
//! keys show what the machine costs as well: the lines that such an operation needs are in no cache when a million entries
//! are there, whatever finds them. So next to those stands what reading one such line costs.

use std::sync::Arc;
use std::time::Instant;

use static_cache_core::{Policy, Segment, SegmentConfig, Session, Space};

use crate::object::{self, OVERHEAD};
use crate::options::Options;
use crate::random::Random;
use crate::report::{Figure, Report};

const LEN: usize = 64;
/// Keys in rotation.
const FEW: u32 = 64;
/// Operations between two ends of requests.
const PER_REQUEST: u32 = 1024;
/// Numbers from here on are no entry's.
const ABSENT: u32 = 1 << 30;
/// What may be between the smallest and any other.
const LIMIT: f64 = 1.3;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Hit,
    Miss,
    Exists,
    Store,
}

const WORKS: [(Work, &str); 4] = [
    (Work::Hit, "fetch, hit"),
    (Work::Miss, "fetch, miss"),
    (Work::Exists, "exists"),
    (Work::Store, "store"),
];

/// A segment with so many entries.
struct Subject {
    name: String,
    entries: u32,
    session: Session,
    /// Lines to be read one by one, as many bytes as the entries have; none where another subject has as many.
    lines: Vec<u32>,
}

impl Subject {
    fn new(megabytes: usize, entries: u32, others: &[Self]) -> Self {
        let config = SegmentConfig {
            name: "bench",
            size: megabytes << 20,
            policy: Policy::Evict,
            readers: 8,
            abi_tag: 0,
        };
        let segment = Segment::create(&config).expect("a segment can be made");
        let mut session = Session::new(Arc::clone(&segment));
        for number in 0..entries {
            object::store(&mut session, number, 0, LEN).expect("there is room");
        }
        session.end_request();
        assert_eq!(segment.stats().entries, u64::from(entries), "an entry is missing");
        let size =
            if megabytes >= 1024 { format!("{} GB", megabytes >> 10) } else { format!("{megabytes} MB") };
        let lines = match others.iter().find(|other| other.entries == entries) {
            Some(_) => Vec::new(),
            None => circle(entries as usize * (OVERHEAD as usize + LEN) / 64),
        };
        Self { name: format!("{size}, {entries} entries"), entries, session, lines }
    }

    fn number(&self, work: Work, at: u32, random: Option<&mut Random>) -> u32 {
        let number = random.map_or(at % FEW, |random| random.below(u64::from(self.entries)) as u32);
        if work == Work::Miss { ABSENT + number } else { number }
    }

    /// Nanoseconds of one operation.
    fn round(&mut self, work: Work, mut random: Option<&mut Random>) -> f64 {
        let numbers: Vec<u32> =
            (0..PER_REQUEST).map(|at| self.number(work, at, random.as_deref_mut())).collect();
        // What the other subjects left in the caches is not this one's.
        if random.is_none() {
            numbers[..FEW as usize].iter().for_each(|&number| self.one(work, number));
        }
        let began = Instant::now();
        numbers.iter().for_each(|&number| self.one(work, number));
        let took = began.elapsed().as_nanos() as f64 / f64::from(PER_REQUEST);
        if work == Work::Hit {
            let number = numbers[0];
            let hit = self.session.fetch(Space::Key, &object::key(number)).expect("it was stored");
            object::check(&self.session, &hit, number, LEN);
        }
        self.session.end_request();
        took
    }

    fn one(&mut self, work: Work, number: u32) {
        let key = object::key(number);
        match work {
            Work::Hit => assert!(self.session.fetch(Space::Key, &key).is_some(), "it was stored"),
            Work::Miss => assert!(self.session.fetch(Space::Key, &key).is_none(), "nobody stored it"),
            Work::Exists => assert!(self.session.exists(Space::Key, &key), "it was stored"),
            Work::Store => object::store(&mut self.session, number, 0, LEN).expect("there is room"),
        }
    }

    /// Nanoseconds of reading a line that another one names.
    fn line(&self, start: &mut u32) -> f64 {
        if self.lines.is_empty() {
            return f64::INFINITY;
        }
        let began = Instant::now();
        for _ in 0..PER_REQUEST {
            *start = self.lines[*start as usize * WORDS];
        }
        began.elapsed().as_nanos() as f64 / f64::from(PER_REQUEST)
    }
}

/// Numbers of a line.
const WORDS: usize = 64 / size_of::<u32>();

/// Lines of which each names another, all in one circle.
fn circle(lines: usize) -> Vec<u32> {
    let mut order: Vec<u32> = (0..lines as u32).collect();
    let mut random = Random::new(lines as u64);
    for at in (1..lines).rev() {
        order.swap(at, random.below(at as u64 + 1) as usize);
    }
    let mut all = vec![0; lines * WORDS];
    for (at, &line) in order.iter().enumerate() {
        all[line as usize * WORDS] = order[(at + 1) % lines];
    }
    all
}

pub fn run(options: &Options, report: &mut Report) {
    let rounds = options.extent.pick(2, 60, 400);
    let cases: &[(usize, u32)] = options.extent.pick(
        &[(8, 100), (1024, 10_000)],
        &[(8, 100), (1024, 10_000), (1024, 1_000_000), (16 << 10, 100)],
        &[
            (8, 100),
            (8, 10_000),
            (1024, 100),
            (1024, 10_000),
            (1024, 1_000_000),
            (16 << 10, 100),
            (16 << 10, 10_000),
            (16 << 10, 1_000_000),
        ],
    );
    report.setting("G1", format!("{rounds} rounds of {PER_REQUEST} operations, {LEN} bytes each"));
    let mut subjects: Vec<Subject> = Vec::new();
    for &(megabytes, entries) in cases {
        subjects.push(Subject::new(megabytes, entries, &subjects));
    }
    let mut random = Random::new(1);
    for is_random in [false, true] {
        // The fastest round of each work and subject.
        let mut best = vec![[f64::INFINITY; WORKS.len() + 1]; subjects.len()];
        let mut starts = vec![0; subjects.len()];
        for _ in 0..rounds {
            for (at, (work, _)) in WORKS.iter().enumerate() {
                for (subject, best) in subjects.iter_mut().zip(&mut best) {
                    let took = subject.round(*work, is_random.then_some(&mut random));
                    best[at] = best[at].min(took);
                }
            }
            for ((subject, best), start) in subjects.iter().zip(&mut best).zip(&mut starts) {
                best[WORKS.len()] = best[WORKS.len()].min(subject.line(start));
            }
        }
        for (at, (_, name)) in WORKS.iter().enumerate() {
            let keys = if is_random { "random keys" } else { "the same 64 keys" };
            let check = format!("core: {name}, {keys} / of the smallest");
            for (subject, best_of_it) in subjects.iter().zip(&best).skip(1) {
                let (own, smallest) = (best_of_it[at], best[0][at]);
                let alike = |other: &(&Subject, _)| other.0.entries == subject.entries;
                let line =
                    subjects.iter().zip(&best).find(alike).map_or(f64::NAN, |(_, best)| best[WORKS.len()]);
                let mut figure = Figure::new("G1", check.as_str(), subject.name.as_str(), own / smallest)
                    .detail("ns", own)
                    .detail("smallest, ns", smallest);
                if is_random {
                    figure = figure
                        .detail("a random line, ns", line)
                        .note(format!("{own:.1} ns against {smallest:.1}; a random line {line:.1} ns"));
                } else {
                    figure = figure.at_most(LIMIT).note(format!("{own:.1} ns against {smallest:.1}"));
                }
                report.add(figure);
            }
        }
    }
}
