//! E1: the hit ratio of a full segment that evicts, next to that of other policies.

use static_cache_core::{Policy as Full, Segment, SegmentConfig, Session, Space};

use crate::object::{self, OVERHEAD};
use crate::options::Options;
use crate::policies::{Adaptive, Apcu, Fifo, Lru, Policy, S3Fifo, Sieve, World, hit_ratio, optimum};
use crate::random::mix;
use crate::report::{Figure, Report};
use crate::trace;

/// How much of all popular objects the cache holds, in per cent.
const HELD: &[u32] = &[2, 10, 30];
/// Fetches between two ends of requests: meanwhile what was fetched is pinned.
const FETCHES_PER_REQUEST: u32 = 20;
/// Bytes of an object of the mean size, bookkeeping included.
const MEAN: u32 = 1024;

/// The segment itself.
struct Real<'a> {
    session: Session,
    sizes: &'a [u32],
    fetches: u32,
}

impl<'a> Real<'a> {
    fn new(world: World<'a>) -> Self {
        let config = SegmentConfig {
            name: "bench",
            size: world.capacity as usize,
            policy: Full::Evict,
            readers: 8,
            abi_tag: 0,
        };
        let segment = Segment::create(&config).expect("a segment can be made");
        // Objects do not contain their addresses: a copy is as good.
        segment.allow_moving(|_, _, _, _, _| true);
        Self { session: Session::new(segment), sizes: world.sizes, fetches: 0 }
    }
}

impl Policy for Real<'_> {
    fn request(&mut self, key: u32) -> bool {
        self.fetches += 1;
        if self.fetches.is_multiple_of(FETCHES_PER_REQUEST) {
            self.session.end_request();
        }
        let len = (self.sizes[key as usize] - OVERHEAD) as usize;
        if let Some(hit) = self.session.fetch(Space::Key, &object::key(key)) {
            object::check(&self.session, &hit, key, len);
            return true;
        }
        // A store that fails is a miss the next time, no more.
        let _ = object::store(&mut self.session, key, 0, len);
        false
    }
}

/// Sizes with bookkeeping: all the same, or from 256 bytes to 16 KiB, each power of two as frequent as the next.
fn sizes(keys: u32, mixed: bool) -> Vec<u32> {
    let size = |key: u32| {
        if !mixed {
            return MEAN;
        }
        let exponent = 8.0 + 6.0 * (mix(u64::from(key)) >> 11) as f64 / (1u64 << 53) as f64;
        (exponent.exp2() as u32).next_multiple_of(16)
    };
    (0..keys).map(size).collect()
}

pub fn run(options: &Options, report: &mut Report) {
    let keys = options.extent.pick(4096, 8192, 32_768);
    let length = options.extent.pick(20_000, 150_000, 700_000);
    report.setting("E1", format!("{keys} popular objects, {length} requests, the first quarter not counted"));
    for mixed in [false, true] {
        for &held in HELD {
            // Stores of mixed sizes take their time while memory is compacted: a quarter says as much.
            let part = if mixed { 4 } else { 1 };
            let (keys, length) = (keys / part, length / part as usize);
            for name in trace::NAMES {
                let kind = if mixed { "mixed sizes" } else { "equal sizes" };
                let case = format!("{name}, {held} %, {kind}");
                if options.wants(&case) {
                    one(report, case, name, keys, length, held, mixed);
                }
            }
        }
    }
}

fn one(
    report: &mut Report,
    case: String,
    name: &'static str,
    keys: u32,
    length: usize,
    held: u32,
    mixed: bool,
) {
    let cached = keys * held / 100;
    let trace = trace::generate(name, keys, length, cached);
    let sizes = sizes(trace.keys, mixed);
    let mean = sizes.iter().map(|size| u64::from(*size)).sum::<u64>() / sizes.len() as u64;
    let capacity = (u64::from(cached) * mean).next_multiple_of(4096).max(64 << 10);
    let world = World { sizes: &sizes, capacity };
    let ratio = |mut policy: Box<dyn Policy + '_>| hit_ratio(&mut *policy, &trace.requests);
    let own = ratio(Box::new(Real::new(world)));
    let lru = ratio(Box::new(Lru::new(world)));
    let wiped = ratio(Box::new(Apcu::new(world, 0)));
    // The time in which as many objects are asked for as fit is what an administrator would aim at.
    let expiring = ratio(Box::new(Apcu::new(world, u64::from(cached))));
    let mut peers = vec![
        ("own", own),
        ("LRU", lru),
        ("APCu", wiped),
        ("APCu with a ttl", expiring),
        ("FIFO", ratio(Box::new(Fifo::new(world)))),
        ("SIEVE", ratio(Box::new(Sieve::new(world)))),
        ("S3-FIFO", ratio(Box::new(S3Fifo::new(world)))),
        ("adaptive clocks", ratio(Box::new(Adaptive::new(world)))),
    ];
    if !mixed {
        peers.push(("optimum", optimum(&trace.requests, trace.keys, (capacity / u64::from(MEAN)) as usize)));
    }
    let best = peers.iter().find(|(name, _)| *name == "optimum").map(|(_, ratio)| *ratio);
    let compare = |check: &str, peer: f64, limit: Option<f64>| {
        // Nothing is as good as nothing.
        let value = if own == 0.0 && peer == 0.0 { f64::NAN } else { own / peer };
        let mut figure = Figure::new("E1", check, case.clone(), value);
        if let Some(limit) = limit {
            figure = figure.at_least(limit);
        }
        if value.is_nan() {
            figure = figure.note("neither hits");
        } else if value.is_infinite() {
            figure = figure.note("the peer never hits");
        } else if let Some(best) = best
            && limit.is_some_and(|limit| best / peer < limit)
        {
            figure = figure.note(format!("the optimum has {:.2}", best / peer));
        }
        for (name, ratio) in &peers {
            figure = figure.detail(name, *ratio);
        }
        figure
    };
    report.add(compare("hits / LRU's", lru, Some(1.0)));
    report.add(compare("hits / APCu's", wiped, Some(1.3)));
    report.add(compare("hits / APCu's with the best apc.ttl", expiring, None));
}
