//! One wait per call and per request's end, however much of what they need is stuck.
//!
//! `cargo test --features fault-injection --test waits`

mod common;

use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::time::Duration;

use common::{Child, get, numbered, put, segment, stop, stopped_at};
use static_cache_core::{Error, Mode, Policy, Segment, Session, Space, fault, wait_once, waits_in_vain};

#[test]
fn what_could_not_be_given_back_in_time_is_freed_though_its_owner_ended_in_order() {
    let draft: fn(&mut Session) = |session| {
        let draft = session.prepare(Space::Key, b"draft", 0, 0, 100, None).unwrap();
        session.segment().set_lock_timeout(Duration::from_millis(20));
        drop(draft);
    };
    let keep: fn(&mut Session) = |session| {
        session.segment().set_lock_timeout(Duration::from_millis(20));
        session.flush();
    };
    for (at, give_back) in [draft, keep].into_iter().enumerate() {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        for _ in 0..=at {
            put(&mut session, b"k", &[1; 100]).unwrap();
        }
        let child = Child::fork(|_| {
            let mut session = Session::new(Arc::clone(&segment));
            fault::act_at("clear: locked", 0, stop);
            session.clear().unwrap();
        });
        child.wait_until_stopped();
        give_back(&mut session);
        drop(session);
        assert_eq!(child.go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        // Takes no slot.
        let audit = segment.audit().unwrap_or_else(|error| panic!("{at}: {error}"));
        assert_eq!(audit.building, 0);
        let stats = segment.stats();
        assert_eq!((stats.used, stats.retired), (0, 0), "{at}: {stats:?}");
    }
}

/// Stores and drafts that are given up while all shards are locked. Says how many blocks they leave.
fn be_refused(session: &mut Session) -> u64 {
    const LEN: usize = 100_000;
    let draft = |session: &mut Session| session.prepare(Space::Key, b"k", 0, 0, LEN, None).unwrap();
    let is_late = |error: Error| assert!(matches!(error, Error::LockTimeout { .. }), "{error}");
    is_late(put(session, b"k", &[1; LEN]).unwrap_err());
    is_late(session.store_with(Space::Key, b"k", 0, 0, LEN, None, Mode::Put, |_, _| {}).unwrap_err());
    drop(draft(session));
    let drafts = (0..3).map(|_| draft(session)).collect();
    is_late(session.commit_all(drafts).unwrap_err().0);
    6
}

#[test]
fn what_refused_stores_could_not_give_back_is_given_back_at_the_next_opportunity() {
    let opportunities: [fn(&mut Session); 5] = [
        Session::end_request,
        Session::quiesce,
        // Another store that is given up, but in time.
        |session| drop(session.prepare(Space::Key, b"other", 0, 0, 100, None).unwrap()),
        // A store that needs that memory.
        |session| put(session, b"large", &[1; 900_000]).unwrap(),
        // Not by a child, which has it from its parent.
        |session| {
            let child = Child::fork(|_| {
                session.end_request();
                put(session, b"child", b"value").unwrap();
                session.quiesce();
            });
            assert_eq!(child.join(), 0);
            assert_eq!(session.segment().audit().unwrap().building, 6);
            session.end_request();
        },
    ];
    for (at, opportunity) in opportunities.into_iter().enumerate() {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        let child = stopped_with_all_shards(&segment);
        segment.set_lock_timeout(Duration::from_millis(5));
        let left = be_refused(&mut session);
        // While nothing is to be had.
        session.end_request();
        assert_eq!(child.go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        assert_eq!(segment.audit().unwrap().building, left);
        opportunity(&mut session);
        assert_eq!(segment.audit().unwrap().building, 0, "{at}");
        assert_eq!(segment.stats().recoveries, 0, "{at}: nobody died");
        session.clear().unwrap();
        assert_eq!(segment.stats().used, 0, "{at}");
        // And not twice.
        session.end_request();
        put(&mut session, b"k", &[1; 900_000]).unwrap();
        drop(session);
        segment.audit().unwrap();
        assert_eq!(segment.stats().recoveries, 0, "{at}: the slot has nothing to clean up");
    }
}

#[test]
fn a_lease_outlives_its_request_also_where_another_key_is_stuck_at_its_end() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    let lease = Some(Duration::from_secs(600));
    let leased: Vec<_> = (0..1000).map(|number| format!("leased{number}")).collect();
    for key in &leased {
        assert!(session.reserve(key.as_bytes(), lease).unwrap());
    }
    put(&mut session, b"k", b"ours").unwrap();
    let child = Child::fork(|_| {
        fault::act_at("touch: changed", 0, stop);
        Session::new(Arc::clone(&segment)).touch(Space::Key, b"k", None).unwrap();
    });
    child.wait_until_stopped();
    segment.set_lock_timeout(Duration::from_millis(20));
    session.end_request();
    assert_eq!(child.go_on(), 0);
    segment.set_lock_timeout(Duration::from_secs(5));
    let mut other = Session::new(Arc::clone(&segment));
    let lost = leased.iter().filter(|key| other.reserve(key.as_bytes(), None).unwrap()).count();
    // Those of the stopped one's shard, of 256.
    assert!(lost < 50, "{lost} of 1000 are lost");
}

/// How many locks `work` waits for.
fn waits(work: impl FnOnce()) -> usize {
    fault::record();
    work();
    fault::recorded().into_iter().filter(|step| *step == "lock: waits").count()
}

/// A child that is stopped with the locks of all shards.
fn stopped_with_all_shards(segment: &Arc<Segment>) -> Child {
    let child = Child::fork(|_| {
        fault::act_at("clear: locked", 0, stop);
        Session::new(Arc::clone(segment)).clear().unwrap();
    });
    child.wait_until_stopped();
    child
}

#[test]
fn a_store_waits_once_for_a_repair_that_somebody_stopped_holds_up() {
    for policy in [Policy::Never, Policy::Evict] {
        let segment = segment(1 << 20, policy);
        let mut session = Session::new(Arc::clone(&segment));
        let child = stopped_with_all_shards(&segment);
        segment.distrust();
        segment.set_lock_timeout(Duration::from_millis(5));
        // Wherever they go at first.
        for number in 0..100u32 {
            let waits = waits(|| {
                let refused = put(&mut session, &number.to_ne_bytes(), b"value");
                assert!(matches!(refused, Err(Error::LockTimeout { waited_ms: 5 })), "{refused:?}");
            });
            assert_eq!(waits, 1);
        }
        assert_eq!(waits(|| _ = segment.stats()), 1);
        assert_eq!(waits(|| session.end_request()), 0);
        assert_eq!(child.go_on(), 0);
        put(&mut session, b"new", b"value").unwrap();
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn a_call_waits_once_however_many_entries_it_has_in_hand() {
    for policy in [Policy::Never, Policy::Evict] {
        let segment = segment(1 << 20, policy);
        let mut session = Session::new(Arc::clone(&segment));
        let keys: Vec<_> = (0..50u32).map(u32::to_ne_bytes).collect();
        for key in &keys {
            put(&mut session, key, b"old").unwrap();
        }
        session.end_request();
        let child = stopped_with_all_shards(&segment);
        segment.set_lock_timeout(Duration::from_millis(5));
        let draft =
            |session: &mut Session, key: &[u8]| session.prepare(Space::Key, key, 0, 0, 8, None).unwrap();
        let is_late = |error: Error| assert_eq!(error, Error::LockTimeout { waited_ms: 5 });
        let stores = waits(|| is_late(put(&mut session, b"k", b"value").unwrap_err()));
        let commits = waits(|| {
            let draft = draft(&mut session, b"k");
            is_late(session.commit(draft, Mode::Put).unwrap_err());
        });
        let reservations = waits(|| is_late(session.reserve(b"r", None).unwrap_err()));
        let all = waits(|| {
            let drafts = keys.iter().map(|key| draft(&mut session, key)).collect();
            let (error, draft) = session.commit_all(drafts).unwrap_err();
            assert!(draft.is_none());
            is_late(error);
        });
        let drops = waits(|| {
            let drafts: Vec<_> = keys.iter().map(|key| draft(&mut session, key)).collect();
            wait_once(false, || drop(drafts));
        });
        let deletes = waits(|| {
            wait_once(false, || {
                keys.iter().for_each(|key| is_late(session.delete(Space::Key, key).unwrap_err()));
            });
        });
        let others = waits(|| wait_once(true, || is_late(put(&mut session, b"k", b"value").unwrap_err())));
        assert_eq!([stores, commits, reservations, all, drops, deletes, others], [1, 1, 1, 1, 1, 1, 0]);
        let before = waits_in_vain();
        assert!(session.fetch(Space::Key, b"k").is_none());
        assert_eq!(waits_in_vain(), before);
        // Only within that.
        assert_eq!(waits(|| is_late(session.delete(Space::Key, &keys[0]).unwrap_err())), 1);
        assert_eq!(waits_in_vain(), before + 1);
        assert_eq!(child.go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        put(&mut session, b"new", b"value").unwrap();
        session.end_request();
        drop(session);
        // What could not be given back is found by who gets the slot.
        put(&mut Session::new(Arc::clone(&segment)), b"other", b"value").unwrap();
        segment.audit().unwrap();
    }
}

#[test]
fn what_was_found_is_dropped_without_waiting_or_not_at_all() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"k", b"value").unwrap();
    let hit = session.fetch(Space::Key, b"k").unwrap();
    let is_left = |session: &mut Session| {
        assert_eq!(waits(|| assert!(!session.drop_found(&hit))), 0);
        assert_eq!(get(session, b"k").unwrap(), b"value");
    };
    // Somebody is stopped with the lock.
    let touching = || {
        let child = Child::fork(|_| {
            fault::act_at("touch: changed", 0, stop);
            Session::new(Arc::clone(&segment)).touch(Space::Key, b"k", None).unwrap();
        });
        child.wait_until_stopped();
        child
    };
    let child = touching();
    is_left(&mut session);
    assert_eq!(child.go_on(), 0);
    // Somebody died with it, or is stopped with all of them while a repair is due.
    assert_eq!(touching().kill(), -libc::SIGKILL);
    is_left(&mut session);
    put(&mut session, b"repairs", b"value").unwrap();
    let child = stopped_with_all_shards(&segment);
    segment.distrust();
    is_left(&mut session);
    assert_eq!(child.kill(), -libc::SIGKILL);
    put(&mut session, b"repairs", b"again").unwrap();
    assert!(session.drop_found(&hit));
    assert!(get(&mut session, b"k").is_none());
    session.end_request();
    segment.audit().unwrap();
}

thread_local! {
    /// Who is to go on once this thread waits for a lock.
    static STORING: Cell<libc::pid_t> = const { Cell::new(0) };
}

#[test]
fn what_is_being_stored_is_not_dropped_for_what_was_there_before() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"k", b"ours").unwrap();
    let hit = session.fetch(Space::Key, b"k").unwrap();
    // Has the lock, and nothing shows yet.
    let child = stopped_at(&segment, "publish: live");
    STORING.set(child.pid());
    // SAFETY: a signal to our own child.
    fault::act_at("lock: waits", 0, || assert_eq!(unsafe { libc::kill(STORING.get(), libc::SIGCONT) }, 0));
    assert!(!session.drop_found(&hit));
    assert_eq!(child.go_on(), 0);
    assert_eq!(get(&mut session, b"k").unwrap(), b"theirs");
    assert!(!session.drop_found(&hit));
    assert_eq!(get(&mut session, b"k").unwrap(), b"theirs");
}

thread_local! {
    /// Who is stopped with the shard of `k` while this thread waits for its reservation.
    static STOPPED: RefCell<Option<(Arc<Segment>, Option<Child>)>> = const { RefCell::new(None) };
}

fn be_kept_from_the_shard() {
    STOPPED.with_borrow_mut(|stopped| {
        let (segment, child) = stopped.as_mut().unwrap();
        *child = Some(Child::fork(|_| {
            fault::act_at("touch: changed", 0, stop);
            Session::new(Arc::clone(segment)).touch(Space::Key, b"k", None).unwrap();
        }));
        child.as_ref().unwrap().wait_until_stopped();
    });
}

#[test]
fn a_store_of_a_reserved_key_does_not_wait_for_its_lock_as_well() {
    let several: fn(&mut Session) -> Result<(), Error> = |session| {
        let draft = session.prepare(Space::Key, b"k", 0, 0, 8, None).unwrap();
        session.commit_all(vec![draft]).map_err(|(error, _)| error)
    };
    for store in [several, |session: &mut Session| put(session, b"k", b"value")] {
        let segment = segment(1 << 20, Policy::Never);
        let mut holder = Session::new(Arc::clone(&segment));
        put(&mut holder, b"k", b"old").unwrap();
        assert!(holder.reserve(b"k", None).unwrap());
        let mut session = Session::new(Arc::clone(&segment));
        segment.set_lock_timeout(Duration::from_millis(5));
        STOPPED.set(Some((Arc::clone(&segment), None)));
        fault::act_at("reserve: waits", 0, be_kept_from_the_shard);
        let waits = waits(|| {
            let refused = store(&mut session);
            assert!(matches!(refused, Err(Error::LockTimeout { waited_ms: 5 })), "{refused:?}");
        });
        assert_eq!(waits, 0, "the reservation took all of the time");
        let (_, child) = STOPPED.take().unwrap();
        assert_eq!(child.unwrap().go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        drop(holder);
        put(&mut session, b"k", b"value").unwrap();
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn a_clear_waits_once() {
    for repair_is_due in [false, true] {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        for _ in 0..3 {
            put(&mut session, b"kept", &[1; 100]).unwrap();
        }
        let child = stopped_with_all_shards(&segment);
        if repair_is_due {
            segment.distrust();
        }
        segment.set_lock_timeout(Duration::from_millis(5));
        let waits = waits(|| {
            let refused = session.clear();
            assert!(matches!(refused, Err(Error::LockTimeout { waited_ms: 5 })), "{refused:?}");
        });
        assert_eq!(waits, 1);
        assert_eq!(child.go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        session.clear().unwrap();
        // What was kept, too.
        let stats = segment.stats();
        assert_eq!((stats.used, stats.retired), (0, 0), "{stats:?}");
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn a_request_s_end_waits_once_for_whatever_is_stuck() {
    for repair_is_due in [false, true] {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        for _ in 0..3 {
            put(&mut session, b"kept", &[1; 100]).unwrap();
        }
        for number in 0..20u32 {
            assert!(session.reserve(&number.to_ne_bytes(), None).unwrap());
        }
        let child = stopped_with_all_shards(&segment);
        if repair_is_due {
            segment.distrust();
        }
        segment.set_lock_timeout(Duration::from_millis(20));
        assert_eq!(waits(|| session.end_request()), 1);
        assert_eq!(child.go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        // All of it is over with the owner.
        for number in 0..20u32 {
            assert!(session.reserve(&number.to_ne_bytes(), None).unwrap());
        }
        session.end_request();
        segment.audit().unwrap();
    }
}

#[test]
fn a_deletion_of_many_waits_once_and_leaves_out_what_is_stuck() {
    type Delete = fn(&mut Session) -> Result<u64, (Error, u64)>;
    let prefix: Delete = |session| session.delete_prefix(Space::Key, b"key");
    let selected: Delete = |session| session.delete_selected(Space::Key, |payload| payload == b"value");
    for delete in [prefix, selected] {
        let segment = segment(1 << 20, Policy::Never);
        let mut session = Session::new(Arc::clone(&segment));
        let count = 3000;
        for number in 0..count {
            put(&mut session, &numbered(number), b"value").unwrap();
        }
        let late = Error::LockTimeout { waited_ms: 5 };
        let all = stopped_with_all_shards(&segment);
        segment.set_lock_timeout(Duration::from_millis(5));
        let waited = waits(|| assert_eq!(delete(&mut session), Err((late.clone(), 0))));
        assert_eq!((waited, session.keys(Space::Key, b"key", 0).len()), (1, count as usize));
        all.kill();
        segment.set_lock_timeout(Duration::from_secs(5));
        put(&mut session, b"k", b"ours").unwrap();

        let one = stopped_at(&segment, "publish: superseded");
        segment.set_lock_timeout(Duration::from_millis(5));
        let mut deleted = 0;
        let waited = waits(|| {
            let (error, count) = delete(&mut session).unwrap_err();
            assert_eq!(error, late);
            deleted = count;
        });
        assert_eq!(waited, 1);
        // One shard of 256: about 12 of 3,000 keys.
        let left = session.keys(Space::Key, b"key", 0).len() as u64;
        assert!((1..60).contains(&left), "{left} keys share the shard");
        assert_eq!(deleted + left, u64::from(count));
        assert_eq!(one.go_on(), 0);
        segment.set_lock_timeout(Duration::from_secs(5));
        assert_eq!(delete(&mut session), Ok(left));
        session.end_request();
        segment.audit().unwrap();
    }
}
