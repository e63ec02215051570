//! Everything that can be done with a segment. Results do not matter, as long as there are any.

use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{Error, Mode, Segment, Session, Space};

use crate::image::INT;
use crate::with_session;

/// Reads every byte of what is found.
fn read(session: &mut Session, space: Space, key: &[u8]) -> Option<u64> {
    let hit = session.fetch(space, key)?;
    // SAFETY: the request goes on.
    let (name, current) = unsafe { (hit.key(), hit.is_current()) };
    assert_eq!(name, key, "a hit of another key");
    let sum = session.payload(&hit)?.iter().fold(0, |sum, &byte| sum + u64::from(byte));
    Some(sum + u64::from(current) + session.bits(&hit)?.min(9) + u64::from(session.tag(&hit)?))
}

fn put(session: &mut Session, key: &[u8], size: usize, byte: u8) -> Result<(), Error> {
    session.store_with(Space::Key, key, 0, 0, size, None, Mode::Put, |out, _| out.fill(byte)).map(drop)
}

fn reads(session: &mut Session) {
    for at in 0..24 {
        read(session, Space::Key, format!("entry{at}").as_bytes());
    }
    for key in
        [&b"count"[..], b"expired", b"expires", b"reserved", b"leased", b"building", b"kept", b"hole3", b""]
    {
        read(session, Space::Key, key);
        session.exists(Space::Key, key);
    }
    read(session, Space::Class, b"class");
    session.keys(Space::Key, b"entry", 0);
    session.keys(Space::Class, b"", 3);
}

fn writes(session: &mut Session) -> Result<(), Error> {
    for at in 0..12usize {
        let _ = put(session, format!("new{at}").as_bytes(), at * 170, 7);
        let _ = put(session, format!("entry{}", at * 2).as_bytes(), at * at * 12, 8);
    }
    for round in 0..20 {
        let _ = put(session, b"kept", 60, round);
    }
    let _ = session.increment(b"count", 1, INT);
    let _ = session.touch(Space::Key, b"expires", Some(Duration::from_secs(9)));
    let _ = session.touch(Space::Key, b"due3", None);
    let _ = session.delete(Space::Key, b"due4");
    for ttl in [1, 1 << 28, 1 << 40] {
        let ttl = Some(Duration::from_nanos(ttl));
        let _ = session.store_inline(Space::Key, format!("due{ttl:?}").as_bytes(), INT, 1, ttl, Mode::Put);
    }
    let _ = session.store_inline(Space::Key, b"flag", INT, 1, None, Mode::Put);
    let _ = session.store_inline(Space::Key, b"flag", INT, 2, None, Mode::Add);
    drop(session.prepare(Space::Key, b"dropped", 0, 0, 400, None));
    let drafts = [&b"entry1"[..], b"entry2", b"together"]
        .map(|key| session.prepare(Space::Key, key, 0, 0, 30, None))
        .into_iter()
        .collect::<Result<Vec<_>, _>>();
    if let Ok(drafts) = drafts {
        let _ = session.commit_all(drafts);
    }
    let _ = session.reserve(b"reserved", None);
    let _ = session.reserve(b"entry5", Some(Duration::from_millis(1)));
    let _ = session.wait_released(b"leased", Duration::from_millis(1));
    let _ = session.release(b"reserved");
    for at in 0..8 {
        let _ = session.delete(Space::Key, format!("entry{at}").as_bytes());
    }
    let _ = session.delete_prefix(Space::Key, b"new");
    // As much as there is: whatever can be evicted is.
    let mut size = 120 << 10;
    while size > 64 {
        let _ = put(session, format!("large{size}").as_bytes(), size, 1);
        size -= size / 3;
    }
    session.end_request();
    session.clear()
}

/// Does all of it, in an order that `kind` chooses.
pub(crate) fn everything(segment: &Arc<Segment>, kind: u8) {
    if kind & 0x08 != 0 {
        let _ = segment.audit();
    }
    with_session(segment, |session| {
        if kind & 0x20 == 0 {
            reads(session);
        }
        let _ = writes(session);
        reads(session);
        // While another session keeps things: more readers than there are pin lists, or slots.
        with_session(segment, |other| {
            reads(other);
            let _ = put(session, b"entry1", 500, 3);
            reads(other);
        });
    });
    let _ = segment.stats();
    let _ = segment.audit();
}

/// A repair succeeds or says why not. After one that succeeded everything is whole.
pub(crate) fn repaired(segment: &Arc<Segment>) {
    segment.distrust();
    match segment.repair_if_needed() {
        Ok(()) => {}
        Err(Error::Corrupt(_) | Error::LockTimeout { .. }) => return,
        Err(other) => panic!("a repair failed with {other}"),
    }
    whole(segment);
    with_session(segment, |session| {
        match put(session, b"after the repair", 40, 5) {
            Ok(()) => {
                assert_eq!(read(session, Space::Key, b"after the repair"), Some(201), "what was just stored")
            }
            Err(Error::LockTimeout { .. } | Error::Reserved { .. }) => {}
            // What cannot be evicted, or is held by a reader that counts as alive.
            Err(Error::NoMemory { .. }) => {}
            Err(other) => panic!("a store after a repair failed with {other}"),
        }
        let _ = writes(session);
        reads(session);
    });
    whole(segment);
}

fn whole(segment: &Arc<Segment>) {
    match segment.audit() {
        Ok(_) | Err(Error::LockTimeout { .. }) => {}
        Err(other) => panic!("after a repair: {other}"),
    }
}
