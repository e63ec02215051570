//! Several processes: real forks, real kills.

mod common;

use std::time::Duration;

use common::{Child, INT, get, put, segment};
use static_cache_core::{AddressRange, Error, Policy, Segment, Session, Space};

#[test]
fn a_child_reads_what_the_parent_stored_and_the_other_way_round() {
    let _alone = common::alone();
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    put(&mut session, b"from parent", b"p").unwrap();
    let mut child = Child::fork(|line| {
        assert_eq!(get(&mut session, b"from parent").unwrap(), b"p");
        put(&mut session, b"from child", b"c").unwrap();
        line.tell(1);
        line.wait();
    });
    child.wait();
    assert_eq!(get(&mut session, b"from child").unwrap(), b"c");
    child.tell(1);
    assert_eq!(child.join(), 0);
}

#[test]
fn a_process_that_maps_the_file_itself_sees_payloads_at_the_same_address() {
    let _alone = common::alone();
    let config = common::config(1 << 20, Policy::Never);
    let size = Segment::mapped_size(&config).unwrap();
    let segment = Segment::create_in(&config, AddressRange::reserve(size).unwrap()).unwrap();
    let mut session = Session::new(segment.clone());
    put(&mut session, b"a", b"seen").unwrap();
    let hit = session.fetch(Space::Key, b"a").unwrap();
    let (address, base) = (hit.payload_address(), segment.read_only_range().start);
    let file = segment.file().try_clone().unwrap();
    let child = Child::fork(|_| {
        // Gives the parent's mapping up and takes the same addresses again, as a worker does that attaches.
        drop((session, segment));
        let range = AddressRange::reserve_at(base, size).unwrap();
        let mut session = Session::new(Segment::attach(&config, file, range).unwrap());
        let hit = session.fetch(Space::Key, b"a").unwrap();
        assert_eq!(hit.payload_address(), address);
        assert_eq!(session.payload(&hit).unwrap(), b"seen");
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn the_memory_that_a_killed_reader_held_comes_back() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut writer = Session::new(segment.clone());
    put(&mut writer, b"big", &vec![1; 600_000]).unwrap();
    let mut child = Child::fork(|line| {
        let mut reader = Session::new(segment.clone());
        let hit = reader.fetch(Space::Key, b"big").unwrap();
        line.tell(1);
        line.wait();
        assert_eq!(reader.payload(&hit).unwrap()[599_999], 1);
    });
    child.wait();
    assert!(writer.delete(Space::Key, b"big").unwrap());
    let error = put(&mut writer, b"next", &vec![2; 600_000]).unwrap_err();
    assert!(matches!(error, Error::NoMemory { .. }), "the reader still holds it: {error}");
    assert_eq!(child.kill(), -libc::SIGKILL);
    put(&mut writer, b"next", &vec![2; 600_000]).unwrap();
    assert_eq!(segment.stats().active_readers, 0);
}

#[test]
fn a_builder_that_is_killed_leaves_no_block_behind() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut writer = Session::new(segment.clone());
    put(&mut writer, b"kept", b"safe").unwrap();
    let before = segment.stats().used;
    let mut child = Child::fork(|line| {
        let mut session = Session::new(segment.clone());
        let first = session.prepare(Space::Key, b"a", 0, 0, 300_000, None).unwrap();
        let second = session.prepare(Space::Key, b"b", 0, 0, 300_000, None).unwrap();
        line.tell(1);
        line.wait();
        drop((first, second));
    });
    child.wait();
    assert!(segment.stats().used > before + 600_000);
    child.kill();
    put(&mut writer, b"next", &vec![2; 600_000]).unwrap();
    assert_eq!(get(&mut writer, b"kept").unwrap(), b"safe");
    assert!(segment.stats().recoveries >= 1);
}

#[test]
fn reservations_are_per_session_and_end_with_their_holder() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    segment.set_lock_timeout(Duration::from_millis(100));
    let mut ours = Session::new(segment.clone());
    let mut child = Child::fork(|line| {
        let mut theirs = Session::new(segment.clone());
        assert!(theirs.reserve(b"k", None).unwrap());
        assert!(theirs.reserve(b"k", None).unwrap(), "holding it already is holding it");
        line.tell(1);
        line.wait();
    });
    child.wait();
    assert!(!ours.reserve(b"k", None).unwrap());
    assert!(!ours.release(b"k").unwrap());
    assert_eq!(put(&mut ours, b"k", b"v"), Err(Error::Reserved { waited_ms: 100 }));
    assert_eq!(ours.increment(b"k", 1, INT), Err(Error::Reserved { waited_ms: 100 }));
    put(&mut ours, b"another", b"v").unwrap();
    child.kill();
    assert!(ours.reserve(b"k", None).unwrap(), "a dead holder holds nothing");
    put(&mut ours, b"k", b"v").unwrap();
    assert!(!ours.release(b"k").unwrap(), "storing fulfilled it");
}

#[test]
fn deleting_by_prefix_ends_reservations_with_and_without_entries() {
    let segment = segment(1 << 20, Policy::Never);
    let (mut holder, mut other) = (Session::new(segment.clone()), Session::new(segment.clone()));
    put(&mut holder, b"page.stored", b"value").unwrap();
    for key in [&b"page.stored"[..], b"page.bare", b"else"] {
        assert!(holder.reserve(key, None).unwrap());
    }
    assert_eq!(other.delete_prefix(Space::Key, b"page.").unwrap(), 1, "entries are counted");
    assert!(other.reserve(b"page.stored", None).unwrap() && other.reserve(b"page.bare", None).unwrap());
    assert!(!other.reserve(b"else", None).unwrap());
    segment.audit().unwrap();
}

#[test]
fn a_forked_child_does_not_own_or_release_the_parents_reservation() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    assert!(session.reserve(b"k", None).unwrap());
    segment.set_lock_timeout(Duration::from_millis(20));
    let child = Child::fork(|_| {
        // The very first thing that the child does must not be taken for its parent's.
        assert_eq!(session.increment(b"k", 1, INT), Err(Error::Reserved { waited_ms: 20 }));
        assert!(!session.reserve(b"k", None).unwrap());
        assert!(!session.release(b"k").unwrap());
        session.end_request();
    });
    assert_eq!(child.join(), 0);
    let mut other = Session::new(segment);
    assert!(!other.reserve(b"k", None).unwrap());
    session.end_request();
    assert!(other.reserve(b"k", None).unwrap());
}

#[test]
fn a_child_keeps_what_its_parent_had_fetched() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    put(&mut session, b"held", &[5; 2000]).unwrap();
    let hit = session.fetch(Space::Key, b"held").unwrap();
    let bytes = hit.payload_address() as *const [u8; 2000];
    let promise = session.before_fork();
    assert!(promise.is_some());
    let mut session = Some((session, promise));
    let mut child = Child::fork(|line| {
        let (mut session, promise) = session.take().unwrap();
        session.after_fork_in_child(promise.unwrap());
        line.tell(1);
        line.wait();
        // SAFETY: the child's own pin keeps the payload.
        assert_eq!(unsafe { *bytes }, [5; 2000]);
        session.end_request();
        line.tell(2);
        line.wait();
    });
    let (mut session, promise) = session.take().unwrap();
    session.after_fork_in_parent(promise.unwrap());
    session.end_request();
    child.wait();
    for at in 0..5000u32 {
        put(&mut session, b"held", &at.to_ne_bytes().repeat(500)).unwrap();
    }
    assert_eq!(segment.stats().active_readers, 1);
    child.tell(1);
    assert_eq!(child.wait(), 2);
    assert_eq!((segment.stats().retired, segment.stats().active_readers), (0, 0));
    child.tell(1);
    assert_eq!(child.join(), 0);
}

#[test]
fn a_child_that_dies_at_once_leaves_no_pins() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    put(&mut session, b"held", &[5; 2000]).unwrap();
    session.fetch(Space::Key, b"held").unwrap();
    let mut promise = session.before_fork();
    let child = Child::fork(|_| drop(promise.take()));
    session.after_fork_in_parent(promise.unwrap());
    child.join();
    session.end_request();
    session.delete(Space::Key, b"held").unwrap();
    assert_eq!((segment.stats().retired, segment.stats().active_readers), (0, 0));
}

#[test]
fn a_lease_outlives_the_request_and_ends_by_itself() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    let mut other = Session::new(segment);
    assert!(session.reserve(b"k", Some(Duration::from_secs(50_000))).unwrap());
    session.end_request();
    assert!(!session.reserve(b"k", None).unwrap(), "the next request is another holder");
    assert!(!other.reserve(b"k", None).unwrap());
    static_cache_core::advance_clock(Duration::from_secs(50_001));
    assert!(other.reserve(b"k", None).unwrap());
    assert!(other.delete(Space::Key, b"k").is_ok());
    assert!(session.reserve(b"k", None).unwrap(), "deleting released it");
    other.clear().unwrap();
    assert!(other.reserve(b"k", None).unwrap(), "clearing released it");
}

#[test]
fn a_waiting_store_goes_on_when_the_reservation_ends() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    assert!(session.reserve(b"k", None).unwrap());
    let mut child = Child::fork(|line| {
        let mut theirs = Session::new(segment.clone());
        line.tell(1);
        put(&mut theirs, b"k", b"theirs").unwrap();
        line.tell(2);
    });
    child.wait();
    put(&mut session, b"k", b"ours").unwrap();
    assert_eq!(child.wait(), 2);
    assert_eq!(child.join(), 0);
    assert_eq!(get(&mut session, b"k").unwrap(), b"theirs");
}

#[test]
fn waiting_stores_are_woken_by_the_death_of_the_holder() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut holder = Child::fork(|line| {
        let mut session = Session::new(segment.clone());
        for key in [b"a", b"b", b"c"] {
            assert!(session.reserve(key, None).unwrap());
        }
        line.tell(1);
        line.wait();
    });
    holder.wait();
    // Far beyond the patience of the test: only being woken ends the wait in time.
    segment.set_lock_timeout(Duration::from_secs(3600));
    let mut waiters = [b"a", b"b", b"c", b"a"].map(|key| {
        let mut waiter = Child::fork(|line| {
            let mut session = Session::new(segment.clone());
            line.tell(1);
            put(&mut session, key, b"v").unwrap();
        });
        waiter.wait();
        waiter
    });
    waiters.iter_mut().for_each(Child::wait_until_asleep);
    holder.kill();
    for waiter in waiters {
        assert_eq!(waiter.join(), 0);
    }
}

#[test]
fn increments_of_two_processes_add_up() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    let count = |session: &mut Session| {
        for _ in 0..20_000 {
            session.increment(b"n", 1, INT).unwrap();
        }
    };
    let child = Child::fork(|_| count(&mut Session::new(segment.clone())));
    count(&mut session);
    assert_eq!(child.join(), 0);
    assert_eq!(session.increment(b"n", 0, INT).unwrap().value, 40_000);
}

#[test]
fn writers_that_are_killed_again_and_again_lose_nothing_that_was_committed() {
    let _alone = common::alone();
    let segment = segment(4 << 20, Policy::Evict);
    let mut session = Session::new(segment.clone());
    for at in 0..100u32 {
        put(&mut session, format!("kept{at}").as_bytes(), &at.to_ne_bytes().repeat(50)).unwrap();
    }
    for round in 0..60u32 {
        let mut child = Child::fork(|line| {
            let mut session = Session::new(segment.clone());
            line.tell(1);
            for at in 0u32.. {
                let key = format!("churn{}", (at * 7 + round) % 300);
                let size = (at * 31 % 4000) as usize;
                put(&mut session, key.as_bytes(), &vec![at as u8; size]).unwrap();
                if let Some(payload) = get(&mut session, format!("churn{}", at % 300).as_bytes()) {
                    assert!(payload.windows(2).all(|pair| pair[0] == pair[1]), "torn");
                }
                if at % 5 == 0 {
                    session.delete(Space::Key, format!("churn{}", at % 300).as_bytes()).unwrap();
                }
                session.end_request();
            }
        });
        child.wait();
        // Each round the kill comes at another moment; nothing depends on which.
        std::thread::sleep(Duration::from_micros(200 + u64::from(round) * 37));
        assert_eq!(child.kill(), -libc::SIGKILL);
        put(&mut session, b"after", &round.to_ne_bytes()).unwrap();
        for at in 0..100u32 {
            let payload = get(&mut session, format!("kept{at}").as_bytes());
            assert_eq!(payload.unwrap(), at.to_ne_bytes().repeat(50), "round {round}");
        }
        session.end_request();
    }
    session.clear().unwrap();
    let stats = segment.stats();
    assert_eq!((stats.used, stats.retired, stats.entries), (0, 0, 0), "{stats:?}");
}
