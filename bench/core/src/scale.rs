//! W2 and S1 in the core: two processes on two cores against one.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use static_cache_core::{Policy, Segment, SegmentConfig, Session, Space};

use crate::child::{Child, Cores, shared_words};
use crate::object;
use crate::options::Options;
use crate::report::{Figure, Report};

const LEN: usize = 512;
const OBJECTS: u32 = 64;
const COUNTERS: u32 = 1;
const INT: u8 = 3;
const FETCHES_PER_REQUEST: u64 = 1000;
/// Short, so that many rounds are not interrupted.
const ROUND_NS: u64 = 1_000_000;

#[derive(Clone, Copy, PartialEq, Eq)]
enum Work {
    Increment,
    Fetch,
    Store,
}

pub fn increments(options: &Options, report: &mut Report) {
    let figure = measure(
        options,
        "W2",
        "core: increments of 2 processes on distinct keys / of one",
        Work::Increment,
        false,
    );
    report.add(figure.at_least(1.7));
    let figure =
        measure(options, "W2", "core: stores of 2 processes on distinct keys / of one", Work::Store, false);
    report.add(figure);
}

pub fn readers(options: &Options, report: &mut Report) {
    let check = "core: fetches of 2 processes / of one";
    let apart = measure(options, "S1", check, Work::Fetch, true);
    let figure = measure(options, "S1", check, Work::Fetch, false);
    let note = format!(
        "{}; on two segments, where nothing is shared: {:.2}",
        figure.note,
        apart.value.unwrap_or(f64::NAN)
    );
    report.add(figure.at_least(1.95).note(note));
}

/// Operations per second, the best of many short rounds: in most of them the machine has other things to do.
fn measure(options: &Options, row: &'static str, check: &str, work: Work, apart: bool) -> Figure {
    let rounds = options.extent.pick(2, 100, 600);
    let cores = Cores::available();
    if !cores.are_two() {
        return Figure::new(row, check, "core", f64::NAN).note("needs two cores");
    }
    let config =
        SegmentConfig { name: "bench", size: 4 << 20, policy: Policy::Evict, readers: 64, abi_tag: 0 };
    // One for both, or one for each.
    let segments: Vec<Arc<Segment>> =
        (0..2).map(|_| Segment::create(&config).expect("a segment can be made")).collect();
    for segment in &segments {
        let mut session = Session::new(Arc::clone(segment));
        for number in 0..OBJECTS {
            object::store(&mut session, number, 0, LEN).expect("there is room");
        }
    }
    let words = shared_words();
    let children: Vec<Child> = (0..2)
        .map(|index| {
            Child::fork(|| {
                cores.pin(index);
                work_on(&segments[if apart { index } else { 0 }], work, index, words);
            })
        })
        .collect();
    let mut best = [0f64; 2];
    for round in 0..rounds {
        for many in [1, 2] {
            let mask = if many == 2 { 3 } else { 1 << (round & 1) };
            best[many - 1] = best[many - 1].max(together(words, mask));
        }
    }
    words[0].store(u64::MAX, Ordering::Release);
    for child in children {
        child.join();
    }
    Figure::new(row, check, "core", best[1] / best[0])
        .detail("one, ns", 1e9 / best[0])
        .detail("two, ns", 1e9 / best[1])
        .note(format!("{:.1} ns alone, {:.1} ns for each of two", 1e9 / best[0], 2e9 / best[1]))
}

/// One round of those in `mask`; operations per second, from the first's start to the last's end: were they not at it
/// at the same time, they would not disturb each other.
fn together(words: &[AtomicU64; 64], mask: u64) -> f64 {
    for index in 0..2 {
        words[16 + 16 * index].store(0, Ordering::Relaxed);
    }
    let round = (words[0].load(Ordering::Relaxed) >> 2) + 1;
    words[0].store(round << 2 | mask, Ordering::Release);
    let (mut count, mut began, mut ended) = (0, u64::MAX, 0);
    for index in (0..2usize).filter(|index| mask >> index & 1 == 1) {
        let place = &words[16 + 16 * index..];
        while place[0].load(Ordering::Acquire) == 0 {
            std::thread::sleep(Duration::from_micros(100));
        }
        count += place[0].load(Ordering::Relaxed);
        began = began.min(place[1].load(Ordering::Relaxed));
        ended = ended.max(place[2].load(Ordering::Relaxed));
    }
    count as f64 * 1e9 / (ended - began) as f64
}

/// The same clock in all processes.
fn now_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place.
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// In a child: works for a millisecond whenever asked to, all that are asked at the same time.
fn work_on(segment: &Arc<Segment>, work: Work, index: usize, words: &[AtomicU64; 64]) {
    let mut session = Session::new(Arc::clone(segment));
    let (mut seen, mut both, mut count) = (0, 0, 0u64);
    loop {
        let word = words[0].load(Ordering::Acquire);
        if word == u64::MAX {
            break;
        }
        if word == seen || word >> index & 1 == 0 {
            std::hint::spin_loop();
            continue;
        }
        seen = word;
        // Both have seen it when both have said so.
        if word & 3 == 3 {
            both += 1;
            words[1].fetch_add(1, Ordering::AcqRel);
            while words[1].load(Ordering::Acquire) < 2 * both {
                std::hint::spin_loop();
            }
        }
        let (began, before) = (now_ns(), count);
        while now_ns() < began + ROUND_NS {
            for _ in 0..200 {
                one(&mut session, work, index, count);
                count += 1;
            }
        }
        let place = &words[16 + 16 * index..];
        place[1].store(began, Ordering::Relaxed);
        place[2].store(now_ns(), Ordering::Relaxed);
        place[0].store(count - before, Ordering::Release);
    }
    if work == Work::Increment {
        let counted: u64 = (0..COUNTERS)
            .map(|at| {
                let hit = session.fetch(Space::Key, &counter(index, at))?;
                session.bits(&hit)
            })
            .map(Option::unwrap_or_default)
            .sum();
        assert_eq!(counted, count, "increments were lost");
    }
}

fn counter(index: usize, at: u32) -> [u8; 8] {
    object::key(1000 * (index as u32 + 1) + at)
}

fn one(session: &mut Session, work: Work, index: usize, count: u64) {
    match work {
        Work::Increment => {
            let key = counter(index, (count % u64::from(COUNTERS)) as u32);
            session.increment(&key, 1, INT).expect("a counter can be incremented");
        }
        Work::Fetch => {
            let number = (count % u64::from(OBJECTS)) as u32;
            let hit = session.fetch(Space::Key, &object::key(number)).expect("it was stored");
            if count.is_multiple_of(FETCHES_PER_REQUEST) {
                object::check(session, &hit, number, LEN);
                session.end_request();
            }
        }
        Work::Store => {
            let number = 1000 * (index as u32 + 1) + (count % u64::from(OBJECTS)) as u32;
            object::store(session, number, count as u32, LEN).expect("there is room");
        }
    }
}
