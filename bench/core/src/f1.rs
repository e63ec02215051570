//! F1: how much of a segment can hold entries while entries of all sizes come and go.

use std::time::{Duration, Instant};

use static_cache_core::{Error, Policy, Segment, SegmentConfig, Session, Space};

use crate::histogram::Histogram;
use crate::object::{self, OVERHEAD};
use crate::options::Options;
use crate::random::Random;
use crate::report::{Figure, Report};

const SMALLEST: u64 = 64;
const LARGEST: u64 = 256 * 1024;
/// What is to be usable.
const TARGET: f64 = 0.9;
/// Levels at which the pinned backend is held, in per mille, highest first.
const LEVELS: &[u64] = &[975, 950, 925, 900, 875, 850, 800, 750, 700, 600, 500, 400];
/// Stores between two checks of a random entry.
const CHECK_EVERY: u64 = 16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sizes {
    /// Each power of two as frequent as the next.
    Logarithmic,
    Uniform,
}

impl Sizes {
    fn draw(self, random: &mut Random) -> usize {
        match self {
            Self::Uniform => (SMALLEST + random.below(LARGEST - SMALLEST + 1)) as usize,
            Self::Logarithmic => {
                let (low, high) = ((SMALLEST as f64).log2(), (LARGEST as f64).log2());
                (low + (high - low) * random.unit()).exp2() as usize
            }
        }
    }
}

/// When a case ends, whichever comes first. What ends by time says so in its figure.
#[derive(Clone, Copy)]
struct Bounds {
    stores: u64,
    budget: Duration,
}

/// Bytes that an entry of this length takes.
fn block(len: usize) -> u64 {
    (u64::from(OVERHEAD) + len as u64).next_multiple_of(16)
}

#[derive(Clone, Copy)]
struct Object {
    number: u32,
    version: u32,
    len: usize,
}

/// A segment under churn, and what should be in it.
struct Churn {
    session: Session,
    random: Random,
    sizes: Sizes,
    evicts: bool,
    objects: Vec<Object>,
    /// Of all objects, as far as known: the volatile backend evicts without saying so.
    live: u64,
    heap: u64,
    next: u32,
    stores: u64,
    times: Histogram,
    /// Of stores that failed.
    failed: Histogram,
    until: Instant,
}

impl Churn {
    fn new(policy: Policy, heap: u64, sizes: Sizes, budget: Duration) -> Self {
        let config = SegmentConfig { name: "bench", size: heap as usize, policy, readers: 8, abi_tag: 0 };
        let segment = Segment::create(&config).expect("a segment can be made");
        // Objects do not contain their addresses: a copy is as good.
        segment.allow_moving(|_, _, _, _, _| true);
        Self {
            session: Session::new(segment),
            random: Random::new(heap ^ sizes as u64),
            sizes,
            evicts: policy == Policy::Evict,
            objects: Vec::new(),
            live: 0,
            heap,
            next: 0,
            stores: 0,
            times: Histogram::new(),
            failed: Histogram::new(),
            until: Instant::now() + budget,
        }
    }

    fn goes_on(&self, stores: u64) -> bool {
        self.stores < stores && (!self.stores.is_multiple_of(64) || Instant::now() < self.until)
    }

    /// What to store next: a new entry, or one of the old ones with another size.
    fn draw(&mut self) -> (Option<usize>, Object) {
        let len = self.sizes.draw(&mut self.random);
        if !self.objects.is_empty() && self.random.below(3) == 0 {
            let at = self.random.below(self.objects.len() as u64) as usize;
            let old = self.objects[at];
            return (Some(at), Object { number: old.number, version: old.version + 1, len });
        }
        self.next += 1;
        (None, Object { number: self.next, version: 0, len })
    }

    /// One store. When it does not fit, nothing has changed.
    fn store(&mut self, (at, object): (Option<usize>, Object)) -> bool {
        let began = Instant::now();
        let result = object::store(&mut self.session, object.number, object.version, object.len);
        let took = began.elapsed().as_nanos() as u64;
        match result {
            Ok(()) => self.times.add(took),
            Err(Error::NoMemory { .. }) => {
                self.failed.add(took);
                return false;
            }
            Err(error) => panic!("a store failed: {error}"),
        }
        self.live += block(object.len);
        if let Some(at) = at {
            self.live -= block(self.objects[at].len);
            self.objects[at] = object;
        } else {
            self.objects.push(object);
        }
        self.stores += 1;
        if self.stores.is_multiple_of(CHECK_EVERY) {
            self.check();
        }
        true
    }

    /// A request that reads something. True if it was there.
    fn check(&mut self) -> bool {
        let at = self.random.below(self.objects.len() as u64) as usize;
        let Object { number, version, len } = self.objects[at];
        let Some(hit) = self.session.fetch(Space::Key, &object::key(number)) else {
            // Evicted: not to be overwritten or looked for any more.
            assert!(self.evicts, "object {number} is lost");
            self.forget(at);
            return false;
        };
        assert_eq!(self.session.bits(&hit), Some(u64::from(version)), "object {number}: an old version");
        object::check(&self.session, &hit, number, len);
        self.session.end_request();
        true
    }

    fn forget(&mut self, at: usize) {
        let object = self.objects.swap_remove(at);
        self.live -= block(object.len);
    }

    fn delete_one(&mut self) {
        let at = self.random.below(self.objects.len() as u64) as usize;
        let deleted = self.session.delete(Space::Key, &object::key(self.objects[at].number));
        assert_eq!(deleted, Ok(true), "what was stored can be deleted");
        self.forget(at);
    }
}

/// Shares of the heap in use when a store failed, and what was left.
#[derive(Default)]
struct Failures {
    usable: Vec<f64>,
    largest: Vec<f64>,
}

impl Failures {
    fn sorted(values: &mut [f64]) -> (f64, f64) {
        values.sort_by(f64::total_cmp);
        let at = |share: f64| values.get((values.len() as f64 * share) as usize).copied().unwrap_or(f64::NAN);
        (at(0.0), at(0.5))
    }
}

pub fn run(options: &Options, report: &mut Report) {
    let bounds = Bounds {
        stores: options.extent.pick(2_000, 100_000, 10_000_000),
        budget: options
            .budget
            .map_or(Duration::from_millis(options.extent.pick(2000, 500, 2_500)), Duration::from_secs),
    };
    let Bounds { stores, budget } = bounds;
    report.setting(
        "F1",
        format!("{stores} stores per case, {budget:?} at most; {SMALLEST} to {LARGEST} bytes"),
    );
    let segments: &[u64] = options.extent.pick(&[8], &[8, 64], &[8, 64, 1024]);
    for &megabytes in segments {
        for sizes in [Sizes::Logarithmic, Sizes::Uniform] {
            let name = if sizes == Sizes::Logarithmic { "log-uniform" } else { "uniform" };
            let case = format!("{megabytes} MB, {name}");
            let heap = megabytes << 20;
            if options.wants(&format!("pinned {case}")) {
                pinned_full(report, &case, heap, sizes, bounds);
                pinned_level(report, &case, heap, sizes, bounds);
            }
            if options.wants(&format!("volatile {case}")) {
                volatile(report, &case, heap, sizes, bounds);
            }
        }
    }
}

fn with_times(figure: Figure, times: &Histogram) -> Figure {
    figure
        .detail("store p50, ns", times.quantile(0.5) as f64)
        .detail("store p99, ns", times.quantile(0.99) as f64)
        .detail("store p99.9, ns", times.quantile(0.999) as f64)
        .detail("store max, ns", times.largest() as f64)
}

/// Stores until a store fails, deletes entries at random until it does not, and so on.
fn pinned_full(report: &mut Report, case: &str, heap: u64, sizes: Sizes, extent: Bounds) {
    let mut churn = Churn::new(Policy::Never, heap, sizes, extent.budget);
    let mut failures = Failures::default();
    while churn.goes_on(extent.stores) {
        let draw = churn.draw();
        if churn.store(draw) {
            continue;
        }
        if failures.usable.is_empty() {
            // Full from now on.
            churn.times = Histogram::new();
        }
        let stats = churn.session.segment().stats();
        failures.usable.push((churn.live + block(draw.1.len)) as f64 / churn.heap as f64);
        failures.largest.push(stats.largest_free as f64);
        // Deleting may take the very entry that is to be overwritten: then it is stored anew.
        loop {
            churn.delete_one();
            let object = Object { version: draw.1.version + 1, ..draw.1 };
            let at = churn.objects.iter().position(|known| known.number == object.number);
            if churn.store((at, object)) {
                break;
            }
        }
    }
    churn.session.end_request();
    let audit = churn.session.segment().audit().expect("the segment is whole");
    assert_eq!(audit.entries, churn.objects.len() as u64, "entries were lost");
    let (least, median) = Failures::sorted(&mut failures.usable);
    let (_, largest) = Failures::sorted(&mut failures.largest);
    let figure = Figure::new("F1", "pinned: part needed when a store fails, least", case, least)
        .at_least(TARGET)
        .detail("median", median)
        .detail("failures", failures.usable.len() as f64)
        .detail("largest free block, median, bytes", largest)
        .note(format!(
            "{} stores, median {median:.3}, {} failures, largest free {largest:.0} B, store when full p50 {} p99 {} max {} ns, one that fails p50 {} p99 {} ns",
            churn.stores,
            failures.usable.len(),
            churn.times.quantile(0.5),
            churn.times.quantile(0.99),
            churn.times.largest(),
            churn.failed.quantile(0.5),
            churn.failed.quantile(0.99)
        ))
        .detail("failing store p50, ns", churn.failed.quantile(0.5) as f64)
        .detail("failing store p99, ns", churn.failed.quantile(0.99) as f64);
    report.add(with_times(figure, &churn.times));
}

/// The highest level that can be held, by deleting at random before each store, without that any store fails.
fn pinned_level(report: &mut Report, case: &str, heap: u64, sizes: Sizes, extent: Bounds) {
    let mut tried = Vec::new();
    let mut held = 0.0;
    for &level in LEVELS {
        let most = heap / 1000 * level;
        let mut churn = Churn::new(Policy::Never, heap, sizes, extent.budget);
        let mut failed = false;
        while churn.goes_on(extent.stores) && !failed {
            let mut draw = churn.draw();
            while churn.live + block(draw.1.len) > most {
                churn.delete_one();
                draw.0 = churn.objects.iter().position(|known| known.number == draw.1.number);
            }
            failed = !churn.store(draw);
        }
        if !failed {
            held = level as f64 / 1000.0;
            break;
        }
        tried.push(format!("{:.1} % failed after {}", level as f64 / 10.0, churn.stores));
    }
    let figure = Figure::new("F1", "pinned: part that is held without a failure", case, held)
        .at_least(TARGET)
        .note(tried.pop().unwrap_or_default());
    report.add(figure);
}

/// Stores on and on into a segment that evicts.
fn volatile(report: &mut Report, case: &str, heap: u64, sizes: Sizes, extent: Bounds) {
    let mut churn = Churn::new(Policy::Evict, heap, sizes, extent.budget);
    let (mut failures, mut used, mut largest) = (0, Vec::new(), Vec::new());
    let every = (extent.stores / 500).max(16);
    let mut warm = None;
    while churn.goes_on(extent.stores) {
        let draw = churn.draw();
        if !churn.store(draw) {
            failures += 1;
        }
        if churn.stores.is_multiple_of(every) {
            let stats = churn.session.segment().stats();
            if stats.evictions == 0 {
                continue;
            }
            if warm.is_none() {
                warm = Some((churn.stores, stats.evictions));
                churn.times = Histogram::new();
            }
            used.push(stats.used as f64 / heap as f64);
            largest.push(stats.largest_free as f64);
            // What was evicted is not to be overwritten, or the bench would count on a hit ratio.
            if churn.objects.len() > 4 * stats.entries as usize {
                churn.objects.drain(..stats.entries as usize);
                churn.live = churn.objects.iter().map(|object| block(object.len)).sum();
            }
        }
    }
    churn.session.end_request();
    let stats = churn.session.segment().stats();
    churn.session.segment().audit().expect("the segment is whole");
    let (since, evicted) = warm.unwrap_or((0, 0));
    let evictions = (stats.evictions - evicted) as f64 / (churn.stores - since).max(1) as f64;
    let (least, median) = Failures::sorted(&mut used);
    let (_, largest) = Failures::sorted(&mut largest);
    let figure = Figure::new("F1", "volatile: part in use, median", case, median)
        .at_least(TARGET)
        .detail("least", least)
        .detail("evictions per store", evictions)
        .detail("failures", f64::from(failures))
        .detail("largest free block, median, bytes", largest)
        .note(format!(
            "{} stores, least {least:.3}, {evictions:.2} evictions a store, largest free {largest:.0} B, store p50 {} p99 {} p99.9 {} max {} ns",
            churn.stores,
            churn.times.quantile(0.5),
            churn.times.quantile(0.99),
            churn.times.quantile(0.999),
            churn.times.largest()
        ));
    report.add(with_times(figure, &churn.times));
    let failed = Figure::new("F1", "volatile: stores that fail", case, f64::from(failures)).at_most(0.0);
    report.add(failed.unit("count"));
}
