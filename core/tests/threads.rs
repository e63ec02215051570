//! Many threads on one segment, doing everything at once; every payload says what it must be.
//!
//! `STRESS_SECONDS=600 cargo test --release --test threads` for a soak. Bounded by a number of operations otherwise.

mod common;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use common::{INT, Random, put};
use static_cache_core::{Error, Hit, Mode, Policy, Segment, SegmentConfig, Session, Space};

/// Keys that all threads share. Few, so that threads meet.
const KEYS: u64 = 60;

/// Fills a payload so that each of its bytes follows from the key, the seed and the length.
fn fill(out: &mut [u8], key: u64, seed: u64) {
    let (head, rest) = out.split_at_mut(16);
    head[..8].copy_from_slice(&key.to_le_bytes());
    head[8..].copy_from_slice(&seed.to_le_bytes());
    let mut words = Random(key ^ seed.rotate_left(17) ^ rest.len() as u64);
    for chunk in rest.chunks_mut(8) {
        let word = words.next().to_le_bytes();
        chunk.copy_from_slice(&word[..chunk.len()]);
    }
}

/// The seed of a payload, which must be whole and of this key.
fn check(payload: &[u8], key: u64) -> u64 {
    assert!(payload.len() >= 16, "a payload of {} bytes for key {key}", payload.len());
    let word = |at: usize| u64::from_le_bytes(payload[at..at + 8].try_into().unwrap());
    let (of, seed) = (word(0), word(8));
    assert_eq!(of, key, "a payload of another key");
    let mut expected = vec![0; payload.len()];
    fill(&mut expected, key, seed);
    assert!(expected == payload, "a torn payload of key {key}, {} bytes", payload.len());
    seed
}

/// What one thread does, with what it keeps.
struct Worker {
    session: Session,
    random: Random,
    /// Hits of this request: key, and the seed that the payload had when it was fetched.
    held: Vec<(u64, Hit, u64)>,
    forks: bool,
}

impl Worker {
    fn new(segment: &Arc<Segment>, seed: u64, forks: bool) -> Self {
        Self { session: Session::new(Arc::clone(segment)), random: Random(seed), held: Vec::new(), forks }
    }

    /// Everything fetched in this request must still be what it was.
    fn check_held(&self) {
        for (key, hit, seed) in &self.held {
            let payload = self.session.payload(hit).expect("a hit of this request");
            assert_eq!(check(payload, *key), *seed, "a held payload of key {key} has changed");
        }
    }

    fn end_request(&mut self) {
        self.check_held();
        self.held.clear();
        self.session.end_request();
    }

    fn size(&mut self) -> usize {
        16 + match self.random.below(10) {
            0 => self.random.below(20_000),
            1..4 => self.random.below(3000),
            _ => self.random.below(300),
        } as usize
    }

    fn fetch(&mut self, key: u64, name: &[u8]) {
        let Some(hit) = self.session.fetch(Space::Key, name) else { return };
        let seed = check(self.session.payload(&hit).expect("just fetched"), key);
        self.held.push((key, hit, seed));
    }

    fn store(&mut self, key: u64, name: &[u8], ttl: Option<Duration>, mode: Mode) -> Result<(), Error> {
        let (size, seed) = (self.size(), self.random.next());
        let out = |out: &mut [u8], _| fill(out, key, seed);
        self.session.store_with(Space::Key, name, 0, 0, size, ttl, mode, out).map(drop)
    }

    fn store_several(&mut self, first: u64) -> Result<(), Error> {
        let mut drafts = Vec::new();
        for key in [first, (first + 7) % KEYS, (first + 31) % KEYS] {
            let (size, seed) = (self.size(), self.random.next());
            let mut draft = self.session.prepare(Space::Key, name_of(key).as_bytes(), 0, 0, size, None)?;
            fill(draft.payload_mut(), key, seed);
            drafts.push(draft);
        }
        // Now and then they are given up.
        if self.random.below(4) == 0 {
            Ok(())
        } else {
            self.session.commit_all(drafts).map_err(|(error, _)| error)
        }
    }

    /// While the reservation is held nothing else is waited for, so no two threads wait for each other.
    fn reserve(&mut self, key: u64, name: &[u8]) -> Result<(), Error> {
        let lease = (self.random.below(3) == 0).then_some(Duration::from_millis(50));
        match self.session.reserve(name, lease) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            // As documented: without a slot nothing can be reserved.
            Err(Error::Config(message)) if message.starts_with("no reader slot") => return Ok(()),
            Err(error) => return Err(error),
        }
        if self.random.below(2) == 0 {
            // With the heap full the reservation is still to be given up.
            let stored = self.store(key, name, None, Mode::Put);
            if stored.is_err() {
                self.session.release(name)?;
            }
            return stored;
        }
        self.session.release(name).map(drop)
    }

    /// A child that goes on with what its parent holds, and writes, while the other threads go on in the parent.
    fn fork(&mut self) {
        let promise = self.session.before_fork();
        // SAFETY: the child uses our library and allocates, which glibc allows after a fork of a program with threads;
        // it ends by `_exit`.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0);
        if pid == 0 {
            // SAFETY: ends a child that hangs.
            unsafe { libc::alarm(120) };
            let whole = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                match promise {
                    Some(promise) => self.session.after_fork_in_child(promise),
                    // No slot was free: the child must not use what was fetched before.
                    None => self.held.clear(),
                }
                self.check_held();
                self.forks = false;
                for _ in 0..40 {
                    self.step();
                }
                // Half of the children leave in order, half just end.
                if self.random.below(2) == 0 {
                    self.end_request();
                }
            }));
            // SAFETY: ends the child at once, without the test harness's exit handlers.
            unsafe { libc::_exit(i32::from(whole.is_err())) };
        }
        if let Some(promise) = promise {
            self.session.after_fork_in_parent(promise);
        }
        // What the child keeps must not depend on the parent's request.
        self.end_request();
        let mut status = 0;
        // SAFETY: waits for our own child.
        assert_eq!(unsafe { libc::waitpid(pid, &raw mut status, 0) }, pid);
        assert_eq!(status, 0, "the child failed");
    }

    fn step(&mut self) {
        let key = self.random.below(KEYS);
        let name = name_of(key);
        let name = name.as_bytes();
        let result = match self.random.below(100) {
            0..35 => {
                self.fetch(key, name);
                Ok(())
            }
            35..60 => self.store(key, name, None, Mode::Put),
            60..64 => self.store(key, name, Some(Duration::from_millis(5)), Mode::Put),
            64..67 => self.store(key, name, None, Mode::Add),
            67..71 => self.store_several(key),
            71..77 => self.session.delete(Space::Key, name).map(drop),
            77..80 => self.reserve(key, name),
            80..84 => self.session.increment(b"count", 1, INT).map(drop),
            84..86 => {
                let ttl = (key.is_multiple_of(2)).then_some(Duration::from_millis(5));
                self.session.touch(Space::Key, name, ttl).map(drop)
            }
            86..88 => {
                for listed in self.session.keys(Space::Key, b"key", 0) {
                    let listed = String::from_utf8(listed).expect("a torn key");
                    assert!(listed[3..].parse::<u64>().is_ok_and(|key| key < KEYS), "a torn key: {listed}");
                }
                Ok(())
            }
            88 => {
                self.session.exists(Space::Key, name);
                self.session.wait_released(name, self.session.longest_wait())
            }
            89 if self.random.below(20) == 0 => self.session.clear(),
            90 if self.forks && self.random.below(8) == 0 => {
                self.fork();
                Ok(())
            }
            91 => {
                self.check_held();
                self.session.flush();
                Ok(())
            }
            92..94 => {
                self.held.clear();
                self.session.quiesce();
                Ok(())
            }
            94..99 => {
                self.end_request();
                Ok(())
            }
            _ => {
                self.check_held();
                Ok(())
            }
        };
        match result {
            Ok(()) => {}
            Err(Error::NoMemory { .. }) => self.end_request(),
            Err(error) => panic!("{error}"),
        }
    }
}

fn name_of(key: u64) -> String {
    format!("key{key}")
}

fn soak() -> Option<Duration> {
    let seconds = std::env::var("STRESS_SECONDS").ok()?;
    Some(Duration::from_secs(seconds.parse().expect("STRESS_SECONDS: a number")))
}

fn create(policy: Policy, readers: u32) -> Arc<Segment> {
    let config = SegmentConfig { name: "threads", size: 1 << 20, policy, readers, abi_tag: 7 };
    let segment = Segment::create(&config).unwrap();
    // Long enough for a checker of races that runs one thread at a time.
    segment.set_lock_timeout(Duration::from_secs(60));
    segment
}

/// Nothing is lost, and nothing is left once nobody uses the segment any more.
fn finish(segment: &Arc<Segment>) {
    segment.audit().unwrap();
    let mut session = Session::new(Arc::clone(segment));
    session.clear().unwrap();
    drop(session);
    let audit = segment.audit().unwrap();
    assert_eq!((audit.building, audit.retired), (0, 0), "{audit:?}");
    let stats = segment.stats();
    assert_eq!((stats.used, stats.retired, stats.active_readers), (0, 0, 0), "{stats:?}");
}

fn stress(policy: Policy, threads: u64, readers: u32, steps: u64, forks: bool) {
    // Distinct programs in every round of a soak.
    static ROUND: AtomicU64 = AtomicU64::new(0);
    let until = soak().map(|time| Instant::now() + time / 12);
    loop {
        let segment = create(policy, readers);
        let round = ROUND.fetch_add(1, Ordering::Relaxed);
        // With one list there are 1,024 slots in all: some threads find none.
        let mut crowd: Vec<_> =
            (0..if readers == 1 { 1019 } else { 0 }).map(|_| Session::new(Arc::clone(&segment))).collect();
        crowd.iter_mut().for_each(|session| assert!(!session.exists(Space::Key, b"crowd")));
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let segment = &segment;
                scope.spawn(move || {
                    let mut worker = Worker::new(segment, round << 8 | thread, forks);
                    for _ in 0..steps {
                        worker.step();
                    }
                    worker.end_request();
                });
            }
        });
        drop(crowd);
        finish(&segment);
        if until.is_none_or(|until| Instant::now() >= until) {
            return;
        }
    }
}

#[test]
fn one_to_sixteen_threads_on_a_segment_that_evicts() {
    for threads in [1, 2, 4, 16] {
        stress(Policy::Evict, threads, 16, 6000 / threads, false);
    }
}

#[test]
fn one_to_sixteen_threads_on_a_strict_segment() {
    for threads in [1, 2, 4, 16] {
        stress(Policy::Never, threads, 16, 6000 / threads, false);
    }
}

#[test]
fn more_threads_than_reader_slots() {
    // One slot with a pin list and four without: half of the threads get none.
    stress(Policy::Evict, 10, 1, 800, false);
    stress(Policy::Never, 10, 1, 800, false);
}

#[test]
fn threads_that_fork_while_others_write() {
    stress(Policy::Evict, 4, 16, 800, true);
    stress(Policy::Never, 4, 16, 800, true);
}

/// Who asks whether a key is there waits for nobody, and nobody waits for it: blocks go from key to key meanwhile.
#[test]
fn keys_are_there_as_long_as_they_are_replaced_and_no_other_is_while_blocks_change_hands() {
    const LOOKS: u64 = 4000;
    let segment = create(Policy::Never, 8);
    let mut first = Session::new(Arc::clone(&segment));
    for key in 0..8 {
        put(&mut first, format!("stays{key}").as_bytes(), &[1; 20]).unwrap();
    }
    let looking = AtomicU64::new(2);
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (segment, looking) = (&segment, &looking);
            scope.spawn(move || {
                let mut session = Session::new(Arc::clone(segment));
                let mut random = Random(writer);
                while looking.load(Ordering::Relaxed) != 0 {
                    let key = random.below(8);
                    let payload = vec![random.next() as u8; random.below(200) as usize];
                    put(&mut session, format!("stays{key}").as_bytes(), &payload).unwrap();
                    put(&mut session, format!("comes{writer}{key}").as_bytes(), &payload).unwrap();
                    session
                        .delete(Space::Key, format!("comes{writer}{}", random.below(8)).as_bytes())
                        .unwrap();
                    session.end_request();
                }
            });
        }
        for reader in 0..2 {
            let (segment, looking) = (&segment, &looking);
            scope.spawn(move || {
                let mut session = Session::new(Arc::clone(segment));
                for look in 0..LOOKS {
                    let key = (look + reader) % 8;
                    let stays = format!("stays{key}");
                    assert!(session.exists(Space::Key, stays.as_bytes()), "{stays} is not there");
                    for never in [format!("never{key}"), format!("comes2{key}")] {
                        assert!(!session.exists(Space::Key, never.as_bytes()), "{never} is there");
                    }
                }
                looking.fetch_sub(1, Ordering::Relaxed);
            });
        }
    });
    drop(first);
    finish(&segment);
}

#[test]
fn no_increment_is_lost() {
    let segment = create(Policy::Never, 4);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut session = Session::new(Arc::clone(&segment));
                for at in 0..500 {
                    session.increment(b"n", 1, INT).unwrap();
                    if at % 50 == 0 {
                        put(&mut session, b"other", &[1; 100]).unwrap();
                        session.end_request();
                    }
                }
            });
        }
    });
    let mut session = Session::new(Arc::clone(&segment));
    assert_eq!(session.increment(b"n", 0, INT).unwrap().value, 8 * 500);
    drop(session);
    finish(&segment);
}

/// What a session has published is the others' at once: it looks up what it had reserved by keys of its own.
#[test]
fn a_session_that_stores_keeps_its_other_reservations() {
    let segment = create(Policy::Evict, 8);
    std::thread::scope(|scope| {
        for number in 0..4 {
            let segment = &segment;
            scope.spawn(move || {
                let mut session = Session::new(Arc::clone(segment));
                let own = format!("own {number}").into_bytes();
                for round in 0..500 {
                    assert!(session.reserve(&own, None).unwrap());
                    let mut drafts = Vec::new();
                    for key in [b"own a", b"own b", b"own c"] {
                        drafts.push(session.prepare(Space::Key, key, 0, 0, 16 + round % 64, None).unwrap());
                    }
                    session.commit_all(drafts).map_err(|(error, _)| error).unwrap();
                    put(&mut session, b"own d", &[1; 40]).unwrap();
                    assert!(session.release(&own).unwrap());
                }
            });
        }
    });
    finish(&segment);
}
