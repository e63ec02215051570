//! Under filters of system calls, as containers have them.
#![cfg(not(miri))]

mod common;

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use common::{Child, config, get, put, segment};
use static_cache_core::{AddressRange, Error, Policy, Seed, Segment, SegmentConfig, Session};

const LIMIT: Duration = Duration::from_secs(20);

/// From here on this process, and those that it forks, are refused a system call with this error.
fn refuse(call: libc::c_long, errno: i32) {
    let code = |code: u32, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt: 0, jf, k };
    // Loads the number; one further unless it is the one; an error; all else is allowed.
    let mut filters = [
        code(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0),
        code(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, 1, call as u32),
        code(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ERRNO | errno as u32),
        code(libc::BPF_RET | libc::BPF_K, 0, libc::SECCOMP_RET_ALLOW),
    ];
    let program = libc::sock_fprog { len: filters.len() as u16, filter: filters.as_mut_ptr() };
    // SAFETY: a program that outlives the call, which copies it.
    unsafe {
        assert_eq!(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), 0);
        assert_eq!(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, &raw const program), 0);
    }
}

fn small() -> SegmentConfig {
    config(1 << 20, Policy::Evict)
}

fn range() -> AddressRange {
    AddressRange::reserve(64 << 20).unwrap()
}

fn grown(seed: &File) -> Result<Arc<Segment>, Error> {
    Seed::open(seed.try_clone().unwrap())?.lock(LIMIT)?.grow(&small(), range())
}

#[test]
fn where_nobody_would_hand_locks_on_there_is_no_segment() {
    let given = Segment::create_in(&small(), range()).unwrap();
    let filtered = Child::fork(|_| {
        // The C library asks for it anew in each child, and for each thread: glibc at once, musl when the thread takes its first lock.
        Segment::create(&small()).unwrap();
        refuse(libc::SYS_set_robust_list, libc::ENOSYS);
        let child = Child::fork(|_| {
            let refused = |result: Result<Arc<Segment>, Error>| {
                let error = result.map(drop).unwrap_err();
                assert_eq!(error, Error::Os { call: "set_robust_list", errno: libc::ENOSYS });
            };
            refused(Segment::create(&small()));
            refused(Segment::create_in(&small(), range()));
            refused(Segment::attach(&small(), given.file().try_clone().unwrap(), range()));
            refused(grown(&Segment::seed("test").unwrap()));
        });
        assert_eq!(child.join(), 0);
        let thread = std::thread::spawn(|| Segment::create(&small()).map(drop));
        assert!(thread.join().unwrap().is_err());
        // It was asked for this one before.
        Segment::create(&small()).unwrap();
    });
    assert_eq!(filtered.join(), 0);
}

#[test]
fn who_may_not_ask_whether_locks_are_handed_on_takes_it_that_they_are() {
    for errno in [libc::EPERM, libc::ENOSYS] {
        let filtered = Child::fork(|_| {
            refuse(libc::SYS_get_robust_list, errno);
            let child = Child::fork(|_| {
                let mut session = Session::new(segment(1 << 20, Policy::Evict));
                put(&mut session, b"k", b"value").unwrap();
                assert_eq!(get(&mut session, b"k").as_deref(), Some(b"value".as_slice()));
            });
            assert_eq!(child.join(), 0);
        });
        assert_eq!(filtered.join(), 0);
    }
}

#[test]
fn a_new_segment_is_made_where_nothing_can_be_taken_out_of_files() {
    for errno in [libc::EOPNOTSUPP, libc::EPERM, libc::ENOSYS] {
        let filtered = Child::fork(|_| {
            refuse(libc::SYS_fallocate, errno);
            let seed = Segment::seed("test").unwrap();
            let mut session = Session::new(grown(&seed).unwrap());
            put(&mut session, b"k", b"value").unwrap();
            assert_eq!(get(&mut session, b"k").as_deref(), Some(b"value".as_slice()));
            // What somebody left half-way must not be taken for zeros.
            let seed = Segment::seed("test").unwrap();
            let begun = Segment::mapped_size(&small()).unwrap() as u64 - 1;
            seed.write_all_at(&[1], begun).unwrap();
            assert_eq!(grown(&seed).map(drop), Err(Error::Os { call: "fallocate(PUNCH_HOLE)", errno }));
        });
        assert_eq!(filtered.join(), 0);
    }
}
