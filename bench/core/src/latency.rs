//! R5 in the core: how long a single fetch takes while another process stores all the time, and while writers are
//! killed and what they leave is repaired.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use static_cache_core::{Policy, Segment, SegmentConfig, Session, Space};

use crate::child::{Child, Cores, shared_words};
use crate::histogram::Histogram;
use crate::object;
use crate::options::Options;
use crate::random::Random;
use crate::report::{Figure, Report};

/// Objects that are read, and after them those that are written all the time.
const READ: u32 = 64;
const WRITTEN: u32 = 64;
const LEN: usize = 512;
const FETCHES_PER_REQUEST: u32 = 20;
/// The reader stores something as well, now and then: it must get through, whoever died.
const FETCHES_PER_STORE: u32 = 512;
/// How long a writer lives that is to be killed, in µs at most.
const LONGEST_LIFE: u64 = 1500;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Quiet,
    /// One process stores other objects.
    Storm,
    /// One process stores the very objects that are read.
    SameKeys,
    /// Processes store other objects and are killed, one after the other.
    Kills,
}

/// Stores without end; counts in `done`.
fn write(segment: &Arc<Segment>, first: u32, seed: u64, done: &std::sync::atomic::AtomicU64) {
    let mut session = Session::new(Arc::clone(segment));
    let mut random = Random::new(seed);
    loop {
        let number = first + random.below(u64::from(WRITTEN)) as u32;
        // What is read has one length; other objects have all.
        let len = if first == 0 { LEN } else { 64 + random.below(2000) as usize };
        if object::store(&mut session, number, random.next() as u32, len).is_ok() {
            done.fetch_add(1, Ordering::Relaxed);
        }
        session.end_request();
    }
}

/// Starts writers and kills them, at moments that nobody chose.
fn kill_writers(segment: &Arc<Segment>, words: &[std::sync::atomic::AtomicU64; 64]) -> ! {
    let mut random = Random::new(7);
    loop {
        let seed = random.next();
        let writer = Child::fork(|| write(segment, READ, seed, &words[0]));
        let life = Duration::from_micros(random.below(LONGEST_LIFE));
        let born = Instant::now();
        while born.elapsed() < life {
            std::thread::yield_now();
        }
        drop(writer);
        words[1].fetch_add(1, Ordering::Relaxed);
    }
}

pub fn run(options: &Options, report: &mut Report) {
    let duration = Duration::from_millis(options.extent.pick(50, 400, 5000));
    let cores = Cores::available();
    report.setting("R5", format!("{duration:?} each, {} cores", if cores.are_two() { "2" } else { "1" }));
    for policy in [Policy::Evict, Policy::Never] {
        for others in [Others::Quiet, Others::Storm, Others::SameKeys, Others::Kills] {
            let backend = if policy == Policy::Evict { "volatile" } else { "pinned" };
            let case = match others {
                Others::Quiet => "nobody else",
                Others::Storm => "stores of other keys",
                Others::SameKeys => "stores of the same keys",
                Others::Kills => "writers killed",
            };
            let case = format!("{backend}, {case}");
            if options.wants(&case) {
                one(report, &case, policy, others, duration, &cores);
            }
        }
    }
}

fn one(report: &mut Report, case: &str, policy: Policy, others: Others, duration: Duration, cores: &Cores) {
    let config = SegmentConfig { name: "bench", size: 1 << 20, policy, readers: 64, abi_tag: 0 };
    let segment = Segment::create(&config).expect("a segment can be made");
    let words = shared_words();
    {
        let mut session = Session::new(Arc::clone(&segment));
        for number in 0..READ {
            object::store(&mut session, number, 0, LEN).expect("there is room");
        }
    }
    let other = (others != Others::Quiet).then(|| {
        Child::fork(|| {
            cores.pin(0);
            match others {
                Others::Kills => kill_writers(&segment, words),
                Others::SameKeys => write(&segment, 0, 3, &words[0]),
                _ => write(&segment, READ, 3, &words[0]),
            }
        })
    });
    cores.pin(1);
    while other.is_some() && words[0].load(Ordering::Relaxed) < 100 {
        std::thread::yield_now();
    }
    let (fetches, stores) = read(&segment, duration);
    drop(other);
    cores.release();
    let stats = segment.stats();
    segment.audit().expect("the segment is whole");
    let mut note = format!(
        "p50 {} p99 {} max {} ns; {} stores meanwhile, own p99 {} max {} ns",
        fetches.quantile(0.5),
        fetches.quantile(0.99),
        fetches.largest(),
        words[0].load(Ordering::Relaxed),
        stores.quantile(0.99),
        stores.largest()
    );
    let mut figure = Figure::new("R5", "core: fetch, p99.9", case, fetches.quantile(0.999) as f64);
    if others == Others::Kills {
        let (kills, repairs) = (words[1].load(Ordering::Relaxed), stats.recoveries);
        note += &format!("; {kills} kills, {repairs} repairs");
        figure = figure.detail("kills", kills as f64).detail("repairs", repairs as f64);
    }
    for (name, share) in [("p50, ns", 0.5), ("p99, ns", 0.99)] {
        figure = figure.detail(name, fetches.quantile(share) as f64);
    }
    figure = figure
        .detail("max, ns", fetches.largest() as f64)
        .detail("stores of others", words[0].load(Ordering::Relaxed) as f64)
        .detail("own store p99, ns", stores.quantile(0.99) as f64)
        .detail("own store max, ns", stores.largest() as f64);
    report.add(figure.at_most(10_000.0).unit("ns").note(note));
}

/// Fetches for a while. Times of single fetches, and of the stores in between.
fn read(segment: &Arc<Segment>, duration: Duration) -> (Histogram, Histogram) {
    let mut session = Session::new(Arc::clone(segment));
    let mut random = Random::new(11);
    let (mut fetches, mut stores) = (Histogram::new(), Histogram::new());
    let end = Instant::now() + duration;
    let mut count = 0u32;
    while !count.is_multiple_of(64) || Instant::now() < end {
        count += 1;
        let number = random.below(u64::from(READ)) as u32;
        let key = object::key(number);
        let began = Instant::now();
        let hit = session.fetch(Space::Key, &key);
        fetches.add(began.elapsed().as_nanos() as u64);
        match hit {
            Some(hit) => object::check(&session, &hit, number, LEN),
            None => object::store(&mut session, number, count, LEN).expect("what was evicted can be stored"),
        }
        if count.is_multiple_of(FETCHES_PER_REQUEST) {
            session.end_request();
        }
        if count.is_multiple_of(FETCHES_PER_STORE) {
            let began = Instant::now();
            object::store(&mut session, READ + WRITTEN, count, LEN).expect("stores get through");
            stores.add(began.elapsed().as_nanos() as u64);
        }
    }
    (fetches, stores)
}
