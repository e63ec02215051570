//! One process: storing, fetching, replacing, expiring, evicting, and what stays valid meanwhile.

mod common;

use std::time::Duration;

use common::{INT, get, put, put_for, segment};
use static_cache_core::{Error, Mode, Policy, Segment, SegmentConfig, Session, Space, Stored};

#[test]
fn what_is_stored_is_found_until_it_is_deleted() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    assert_eq!(get(&mut session, b"a"), None);
    put(&mut session, b"a", b"one").unwrap();
    put(&mut session, b"", b"the empty key is a key here").unwrap();
    assert_eq!(get(&mut session, b"a").unwrap(), b"one");
    put(&mut session, b"a", b"two").unwrap();
    assert_eq!(get(&mut session, b"a").unwrap(), b"two");
    assert!(session.exists(Space::Key, b"a") && !session.exists(Space::Class, b"a"));
    assert!(session.delete(Space::Key, b"a").unwrap());
    assert!(!session.delete(Space::Key, b"a").unwrap());
    assert_eq!(get(&mut session, b"a"), None);
    assert_eq!(session.segment().stats().entries, 1);
}

/// First and last byte of an entry's block, and where its inline value lies, in units of 64 bytes.
fn lines_of(session: &mut Session, key: &[u8]) -> (std::ops::RangeInclusive<usize>, usize) {
    let hit = session.fetch(Space::Key, key).unwrap();
    // SAFETY: the request goes on.
    let at = unsafe { hit.key() }.as_ptr() as usize;
    let block = at - 112..=hit.payload_address() + session.payload(&hit).unwrap().len() - 1;
    (block.start() / 64..=block.end() / 64, (at - 8) / 64)
}

#[test]
fn what_is_changed_in_place_again_and_again_gets_a_line_of_its_own() {
    for policy in [Policy::Never, Policy::Evict] {
        let mut session = Session::new(segment(1 << 20, policy));
        let between = |key: &[u8]| [b"between ", key].concat();
        let keys: Vec<Vec<u8>> = (1..60).map(|len| format!("{len:03}").repeat(len).into_bytes()).collect();
        for key in &keys {
            // Some begin with a line, others do not.
            put(&mut session, &between(key), &[1; 8]).unwrap();
            session.increment(key, 1, INT).unwrap();
        }
        let shared = |session: &mut Session| {
            let all = keys.iter().cloned().chain(keys.iter().map(|key| between(key)));
            let all: Vec<_> = all.map(|key| lines_of(session, &key)).collect();
            let is_shared = |at: usize| {
                all.iter().enumerate().any(|(other, (block, _))| other != at && block.contains(&all[at].1))
            };
            (0..keys.len()).filter(|at| is_shared(*at)).count()
        };
        let before = shared(&mut session);
        session.end_request();
        for round in 2..=100 {
            for (at, key) in keys.iter().enumerate() {
                if at % 2 == 0 {
                    assert_eq!(session.increment(key, 1, INT).unwrap().value, round);
                } else {
                    session.store_inline(Space::Key, key, INT, round as u64, None, Mode::Put).unwrap();
                }
            }
        }
        assert!(before > 0, "the test is none: nothing was shared");
        assert_eq!(shared(&mut session), 0, "of {before}");
        session.end_request();
        assert_eq!(session.segment().audit().unwrap().entries, 2 * keys.len() as u64);
        session.clear().unwrap();
        session.end_request();
        assert_eq!(session.segment().stats().used, 0);
    }
}

#[test]
fn without_memory_for_a_line_of_its_own_a_counter_counts_on() {
    let mut session = Session::new(segment(1 << 16, Policy::Never));
    let keys: Vec<Vec<u8>> = (0..2000u32).map(|at| format!("counter {at:04}").into_bytes()).collect();
    let counts = keys.iter().take_while(|key| session.increment(key, 1, INT).is_ok()).count();
    assert!(counts < keys.len(), "the segment is not full");
    for round in 2..200 {
        for key in &keys[..counts.min(20)] {
            assert_eq!(session.increment(key, 1, INT).unwrap().value, round);
        }
    }
    session.segment().audit().unwrap();
    assert_eq!(session.segment().stats().store_failures, 1);
}

#[test]
fn blocks_are_used_again_by_the_next_stores_whatever_was_stored_before() {
    let store = |session: &mut Session, len: usize| {
        let mut draft = session.prepare(Space::Key, b"key", 0, 0, len, None).unwrap();
        draft.payload_mut().fill(7);
        let address = draft.payload_address();
        session.commit(draft, Mode::Put).unwrap();
        address
    };
    for policy in [Policy::Never, Policy::Evict] {
        let segment = segment(64 << 20, policy);
        let mut session = Session::new(segment);
        // Each too large for the blocks of those before, so all that is kept is of no use.
        for round in 0..40 {
            store(&mut session, 100 + round * (100 + round * 10));
        }
        for len in [5_000, 50] {
            // The last store of another size leaves a block of that size once more.
            let mut addresses: Vec<usize> = (0..200).map(|_| store(&mut session, len)).collect();
            addresses.sort_unstable();
            addresses.dedup();
            assert!(addresses.len() <= 16, "{len} bytes 200 times at {} places", addresses.len());
        }
    }
}

#[test]
fn spaces_do_not_mix() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    put(&mut session, b"name", b"key").unwrap();
    let mut draft = session.prepare(Space::Class, b"name", 0, 0, 5, None).unwrap();
    draft.payload_mut().copy_from_slice(b"class");
    session.commit(draft, Mode::Put).unwrap();
    assert_eq!(get(&mut session, b"name").unwrap(), b"key");
    assert_eq!(session.keys(Space::Class, b"", 0), [b"name".to_vec()]);
    assert!(session.delete(Space::Key, b"name").unwrap());
    let hit = session.fetch(Space::Class, b"name").unwrap();
    assert_eq!(session.payload(&hit).unwrap(), b"class");
}

#[test]
fn no_size_is_too_large_to_be_refused() {
    for policy in [Policy::Evict, Policy::Never] {
        let mut session = Session::new(segment(1 << 20, policy));
        // Also while the session keeps a block that would be looked at.
        for kept in [false, true] {
            for len in (0..300).map(|less| usize::MAX - less).chain([usize::MAX / 2, 1 << 40, 1 << 20]) {
                if kept {
                    for round in 0..10 {
                        put(&mut session, b"x", &[round; 10]).unwrap();
                    }
                }
                let refused = session.prepare(Space::Key, b"x", 0, 0, len, None).unwrap_err();
                assert!(matches!(refused, Error::NoMemory { .. }), "{kept} {len}: {refused}");
            }
        }
        assert_eq!(session.segment().audit().unwrap().building, 0);
    }
}

#[test]
fn parts_of_a_class_are_changed_in_place_like_other_entries() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    for (key, value) in [(&b"a\0$x"[..], 1), (b"a\0$x", 2), (b"a\0$y", 3)] {
        session.store_inline(Space::Class, key, INT, value, None, Mode::Put).unwrap();
    }
    let hit = session.fetch(Space::Class, b"a\0$x").unwrap();
    assert_eq!(session.bits(&hit), Some(2));
    let audit = session.segment().audit().unwrap();
    assert_eq!((audit.entries, audit.retired), (2, 0));
    assert!(session.touch(Space::Class, b"a\0$x", Some(Duration::ZERO)).unwrap());
    assert!(!session.touch(Space::Class, b"a\0$z", None).unwrap());
    assert!(!session.exists(Space::Class, b"a\0$x"));
    assert!(session.exists(Space::Class, b"a\0$y"));
}

#[test]
fn what_belongs_to_a_class_is_deleted_together() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    let keys: [&[u8]; 7] = [b"a", b"a\0$x", b"a\0$y", b"a\0m()", b"ab", b"ab\0$x", b"b\0a"];
    for key in keys {
        let draft = session.prepare(Space::Class, key, 0, 0, 0, None).unwrap();
        session.commit(draft, Mode::Put).unwrap();
        put(&mut session, key, b"key").unwrap();
    }
    assert_eq!(
        session.delete_of_class(b"a", |key, payload| key == b"a\0$x" && payload.is_empty()).unwrap(),
        1
    );
    assert_eq!(session.delete_of_class(b"c", |_, _| true).unwrap(), 0);
    assert_eq!(session.delete_of_class(b"a", |key, _| !key.starts_with(b"a")).unwrap(), 0);
    assert!(!session.exists(Space::Class, b"a\0$x") && session.exists(Space::Class, b"a\0$y"));
    assert_eq!(session.delete_class(b"a").unwrap(), 3);
    assert_eq!(session.delete_class(b"a").unwrap(), 0);
    assert_eq!(session.keys(Space::Class, b"", 0), [b"ab".to_vec(), b"ab\0$x".to_vec(), b"b\0a".to_vec()]);
    assert!(keys.iter().all(|key| session.exists(Space::Key, key)));
    assert!(session.delete(Space::Class, b"ab\0$x").unwrap() && session.exists(Space::Class, b"ab"));
    session.segment().audit().unwrap();
}

#[test]
fn a_fetched_payload_stays_while_its_entry_is_replaced_deleted_cleared_and_memory_churns() {
    for policy in [Policy::Never, Policy::Evict] {
        let segment = segment(1 << 20, policy);
        let mut reader = Session::new(segment.clone());
        let mut writer = Session::new(segment.clone());
        for (round, change) in ["replace", "delete", "clear"].iter().enumerate() {
            let payload = vec![round as u8 + 1; 3000];
            put(&mut writer, b"held", &payload).unwrap();
            let hit = reader.fetch(Space::Key, b"held").unwrap();
            // SAFETY: the request of `reader` goes on.
            assert!(unsafe { hit.is_current() });
            match *change {
                "replace" => put(&mut writer, b"held", b"other").unwrap(),
                "delete" => assert!(writer.delete(Space::Key, b"held").unwrap()),
                _ => writer.clear().unwrap(),
            }
            for at in 0..10_000u32 {
                put(&mut writer, format!("churn{}", at % 50).as_bytes(), &at.to_ne_bytes().repeat(200))
                    .unwrap();
            }
            assert_eq!(reader.payload(&hit).unwrap(), payload, "{change}, {policy:?}");
            // SAFETY: as above.
            assert!(!unsafe { hit.is_current() });
        }
        assert!(segment.stats().retired >= 9000, "three payloads are held");
        reader.end_request();
        assert_eq!(segment.stats().retired, 0);
    }
}

#[test]
fn a_hit_of_an_ended_request_gives_nothing() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    put(&mut session, b"a", b"one").unwrap();
    let hit = session.fetch(Space::Key, b"a").unwrap();
    session.end_request();
    assert_eq!(session.payload(&hit), None);
}

#[test]
fn payloads_are_seen_read_only_at_the_address_that_was_promised() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    let mut draft = session.prepare(Space::Key, b"a", 9, 77, 100, None).unwrap();
    let promised = draft.payload_address();
    draft.payload_mut().fill(5);
    session.commit(draft, Mode::Put).unwrap();
    let hit = session.fetch(Space::Key, b"a").unwrap();
    assert_eq!((session.tag(&hit), session.bits(&hit)), (Some(9), Some(77)));
    assert_eq!((hit.payload_address(), session.payload(&hit).unwrap().len()), (promised, 100));
    assert!(segment.read_only_range().contains(&promised) && promised.is_multiple_of(16));
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let base = format!("{:x}-", segment.read_only_range().start);
    let line = maps.lines().find(|line| line.starts_with(&base)).unwrap();
    assert!(line.contains(" r--s "), "{line}");
}

#[test]
fn add_keeps_what_is_there_unless_it_expired() {
    let _alone = common::alone();
    let mut session = Session::new(segment(1 << 20, Policy::Evict));
    let add = |session: &mut Session, payload: &[u8]| {
        let mut draft = session.prepare(Space::Key, b"k", 0, 0, payload.len(), None).unwrap();
        draft.payload_mut().copy_from_slice(payload);
        session.commit(draft, Mode::Add).unwrap()
    };
    assert_eq!(add(&mut session, b"first"), Stored::Stored);
    assert_eq!(add(&mut session, b"second"), Stored::Present);
    assert_eq!(get(&mut session, b"k").unwrap(), b"first");
    assert!(session.touch(Space::Key, b"k", Some(Duration::ZERO)).unwrap());
    assert_eq!(add(&mut session, b"third"), Stored::Stored);
    assert_eq!(get(&mut session, b"k").unwrap(), b"third");
    session.end_request();
    let used = session.segment().stats().used;
    assert_eq!(add(&mut session, b"fourth"), Stored::Present);
    assert_eq!(session.segment().stats().used, used, "the draft that was not needed is gone");
}

#[test]
fn an_expired_entry_is_a_miss_and_goes_away() {
    let _alone = common::alone();
    let mut session = Session::new(segment(1 << 20, Policy::Evict));
    put_for(&mut session, b"short", b"x", Some(Duration::from_secs(3000))).unwrap();
    put_for(&mut session, b"long", b"y", Some(Duration::from_secs(900_000))).unwrap();
    let hit = session.fetch(Space::Key, b"short").unwrap();
    static_cache_core::advance_clock(Duration::from_secs(3001));
    // SAFETY: the request goes on.
    assert!(!unsafe { hit.is_current() });
    assert!(!session.exists(Space::Key, b"short"));
    assert_eq!(get(&mut session, b"short"), None);
    assert_eq!(get(&mut session, b"long").unwrap(), b"y");
    let stats = session.segment().stats();
    assert_eq!((stats.entries, stats.expired), (1, 1));
    assert!(!session.touch(Space::Key, b"short", None).unwrap());
    assert_eq!(session.payload(&hit).unwrap(), b"x", "held all the same");
}

#[test]
fn increments_start_at_zero_wrap_and_know_their_type() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    let value = |session: &mut Session, delta| session.increment(b"n", delta, INT).unwrap();
    assert_eq!(value(&mut session, 5).value, 5);
    assert_eq!(value(&mut session, -7).value, -2);
    let hit = session.fetch(Space::Key, b"n").unwrap();
    value(&mut session, i64::MIN + 2);
    assert_eq!(session.bits(&hit), Some(i64::MIN as u64), "an earlier hit sees the present value");
    let wrapped = value(&mut session, -1);
    assert_eq!((wrapped.value, wrapped.wrapped), (i64::MAX, true));
    put(&mut session, b"text", b"12").unwrap();
    assert_eq!(session.increment(b"text", 1, INT), Err(Error::WrongType { found_tag: 0 }));
}

#[test]
fn an_inline_value_is_changed_where_it_lies() {
    let _alone = common::alone();
    let segment = segment(1 << 20, Policy::Evict);
    let mut session = Session::new(segment.clone());
    let put = |session: &mut Session, tag, bits, ttl, mode| {
        session.store_inline(Space::Key, b"k", tag, bits, ttl, mode).unwrap()
    };
    assert_eq!(put(&mut session, INT, 1, None, Mode::Put), Stored::Stored);
    let used = segment.stats().used;
    let hit = session.fetch(Space::Key, b"k").unwrap();
    assert_eq!(put(&mut session, INT, 2, None, Mode::Put), Stored::Stored);
    assert_eq!((session.bits(&hit).unwrap(), segment.stats().used, segment.stats().retired), (2, used, 0));
    assert_eq!(put(&mut session, INT, 3, None, Mode::Add), Stored::Present);
    // Another kind is another entry, and so is one that expired.
    assert_eq!(put(&mut session, 9, 4, Some(Duration::ZERO), Mode::Put), Stored::Stored);
    assert_eq!((session.tag(&hit), session.bits(&hit)), (Some(INT), Some(2)));
    assert!(session.fetch(Space::Key, b"k").is_none());
    assert_eq!(put(&mut session, 9, 5, None, Mode::Add), Stored::Stored);
    let hit = session.fetch(Space::Key, b"k").unwrap();
    assert_eq!(session.bits(&hit), Some(5));
}

#[test]
fn all_or_nothing() {
    let segment = segment(1 << 20, Policy::Never);
    let mut session = Session::new(segment.clone());
    put(&mut session, b"k1", b"old").unwrap();
    session.end_request();
    let used = segment.stats().used;
    let mut drafts = Vec::new();
    let error = loop {
        let key = format!("k{}", drafts.len());
        match session.prepare(Space::Key, key.as_bytes(), 0, 0, 100_000, None) {
            Ok(draft) => drafts.push(draft),
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::NoMemory { .. }));
    drop(drafts);
    assert_eq!(segment.stats().used, used);
    assert_eq!(get(&mut session, b"k1").unwrap(), b"old");
    let drafts: Vec<_> = (0..5)
        .map(|at| {
            let mut draft = session.prepare(Space::Key, format!("k{at}").as_bytes(), 0, 0, 3, None).unwrap();
            draft.payload_mut().copy_from_slice(b"new");
            draft
        })
        .collect();
    session.commit_all(drafts).unwrap();
    assert_eq!(get(&mut session, b"k1").unwrap(), b"new");
    assert_eq!(segment.stats().entries, 5);
}

#[test]
fn keys_and_prefixes() {
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    for at in 0..2000 {
        put(&mut session, format!("user.{at}").as_bytes(), b"").unwrap();
        put(&mut session, format!("page.{at}").as_bytes(), b"").unwrap();
    }
    assert_eq!(session.keys(Space::Key, b"", 0).len(), 4000);
    assert_eq!(session.keys(Space::Key, b"user.", 0).len(), 2000);
    assert_eq!(session.keys(Space::Key, b"page.", 7).len(), 7);
    assert_eq!(session.delete_prefix(Space::Key, b"user.1").unwrap(), 1111);
    assert_eq!(session.keys(Space::Key, b"user.", 0).len(), 889);
    session.clear().unwrap();
    assert!(session.keys(Space::Key, b"", 0).is_empty());
    session.end_request();
    let stats = session.segment().stats();
    assert_eq!((stats.used, stats.entries), (0, 0));
}

#[test]
fn more_readers_than_slots_are_safe_and_visible() {
    let config = SegmentConfig { readers: 1, ..common::config(1 << 20, Policy::Never) };
    let segment = Segment::create(&config).unwrap();
    let mut writer = Session::new(segment.clone());
    put(&mut writer, b"a", &[3; 5000]).unwrap();
    // One slot has a pin list (the writer's), 1,023 hold by epoch, the rest are only counted.
    let mut readers: Vec<Session> = (0..1030).map(|_| Session::new(segment.clone())).collect();
    let hits: Vec<_> = readers.iter_mut().map(|reader| reader.fetch(Space::Key, b"a").unwrap()).collect();
    let stats = segment.stats();
    assert_eq!((stats.active_readers, stats.overflow_readers), (1030, 1030));
    for _ in 0..100 {
        put(&mut writer, b"a", &[4; 5000]).unwrap();
    }
    for (reader, hit) in readers.iter().zip(&hits) {
        assert_eq!(reader.payload(hit).unwrap(), [3; 5000]);
    }
    assert!(segment.stats().retired > 500_000, "nothing can be told apart, so all is kept");
    readers.iter_mut().for_each(Session::end_request);
    let stats = segment.stats();
    assert_eq!((stats.active_readers, stats.overflow_readers, stats.retired), (0, 0, 0));
}

#[test]
fn a_full_pin_list_falls_back_to_holding_by_epoch() {
    let segment = segment(4 << 20, Policy::Never);
    let mut reader = Session::new(segment.clone());
    let mut writer = Session::new(segment.clone());
    for at in 0..3000u32 {
        put(&mut writer, &at.to_ne_bytes(), &at.to_ne_bytes()).unwrap();
    }
    let hits: Vec<_> = (0..3000u32).map(|at| reader.fetch(Space::Key, &at.to_ne_bytes()).unwrap()).collect();
    for at in 0..3000u32 {
        put(&mut writer, &at.to_ne_bytes(), &[0xFF; 4]).unwrap();
    }
    for (at, hit) in hits.iter().enumerate() {
        assert_eq!(reader.payload(hit).unwrap(), (at as u32).to_ne_bytes());
    }
    reader.quiesce();
    assert_eq!(segment.stats().retired, 0);
}

#[test]
fn attaching_believes_nothing() {
    use static_cache_core::AddressRange;
    let config = common::config(1 << 20, Policy::Never);
    let range =
        |config: &SegmentConfig| AddressRange::reserve(Segment::mapped_size(config).unwrap()).unwrap();
    let segment = Segment::create_in(&config, range(&config)).unwrap();
    let attach = |config: &SegmentConfig| {
        let range = range(config);
        Segment::attach(config, segment.file().try_clone().unwrap(), range).unwrap_err().to_string()
    };
    assert!(attach(&config).contains("another address"));
    assert!(attach(&SegmentConfig { abi_tag: 8, ..config.clone() }).contains("ABI tag"));
    assert!(attach(&SegmentConfig { policy: Policy::Evict, ..config.clone() }).contains("policy"));
    let small = SegmentConfig { size: 1 << 19, ..config.clone() };
    assert!(attach(&small).contains("address space"));
}

#[test]
fn impossible_configurations_say_so() {
    let error = Segment::create(&common::config(10, Policy::Never)).unwrap_err();
    assert!(error.to_string().contains("10 given"), "{error}");
    let mut session = Session::new(segment(1 << 20, Policy::Never));
    let error = session.prepare(Space::Key, &[0; 65_536], 0, 0, 0, None).unwrap_err();
    assert!(error.to_string().contains("65536 given"), "{error}");
}

/// That a key is absent is told by its bucket alone, also where another key's entry is in it: such a look-up keeps nobody from reclaiming.
#[test]
fn most_absent_keys_are_told_by_their_buckets() {
    let mut session = Session::new(segment(8 << 20, Policy::Never));
    let key = |number: usize| format!("key {number}").into_bytes();
    let count = 10_000;
    for number in 0..count {
        put(&mut session, &key(number), b"").unwrap();
    }
    let told = |session: &mut Session, keys: std::ops::Range<usize>| {
        let is_told = |number: &usize| {
            let hash = session.hash(Space::Key, &key(*number));
            session.misses(hash)
        };
        keys.filter(is_told).count()
    };
    // A bucket in seven has an entry, one in a hundred has several.
    assert_eq!(told(&mut session, 0..count), 0);
    let absent = told(&mut session, count..2 * count);
    assert!(absent > count * 95 / 100, "{absent} of {count}");
    // Replaced by others of the same names, or removed: what remains is found, and nothing else.
    for number in 0..count {
        if number % 2 == 0 {
            put(&mut session, &key(number), b"another").unwrap();
        } else {
            assert!(session.delete(Space::Key, &key(number)).unwrap());
        }
    }
    for number in 0..count {
        assert_eq!(get(&mut session, &key(number)).is_some(), number % 2 == 0, "{number}");
    }
    session.segment().audit().unwrap();
}
