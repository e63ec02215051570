//! Seeds: memory files that a master makes and its children turn into segments.

mod common;

use std::fs::File;
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::FileExt;
use std::sync::Arc;
use std::time::Duration;

use common::{Child, config, get, put};
use static_cache_core::{AddressRange, Error, Policy, Seed, Segment, SegmentConfig, Session};

const SIZE: usize = 1 << 20;
const LIMIT: Duration = Duration::from_secs(20);

/// What a worker does.
fn join(
    file: &File,
    owner: &[u8],
    config: &SegmentConfig,
    range: AddressRange,
) -> Result<Arc<Segment>, Error> {
    let seed = Seed::open(file.try_clone().unwrap())?;
    let claiming = seed.lock(LIMIT)?;
    claiming.claim(owner)?;
    claiming.grow(config, range)
}

fn range() -> AddressRange {
    AddressRange::reserve(64 << 20).unwrap()
}

fn seals(file: &File) -> i32 {
    // SAFETY: plain fcntl.
    unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) }
}

#[test]
fn a_master_that_maps_nothing_makes_what_its_children_share() {
    let file = Segment::seed("test").unwrap();
    let flags = {
        // SAFETY: plain fcntl.
        unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) }
    };
    assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
    assert_eq!(seals(&file), libc::F_SEAL_SHRINK);
    // Both have what a master reserved, which keeps it: nothing else comes to lie there.
    let (mut reserved, config) = (Some(range()), config(SIZE, Policy::Never));
    let mut writer = Child::fork(|line| {
        let segment = join(&file, b"pool", &config, reserved.take().unwrap()).unwrap();
        put(&mut Session::new(Arc::clone(&segment)), b"key", b"from the first").unwrap();
        line.tell(1);
        line.wait();
    });
    writer.wait();
    assert_eq!(seals(&file), libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL);
    writer.tell(1);
    assert_eq!(writer.join(), 0);
    // The first one is gone; what it made is there for the others.
    let reader = Child::fork(|_| {
        let segment = join(&file, b"pool", &config, reserved.take().unwrap()).unwrap();
        assert_eq!(segment.read_only_range().len(), Segment::mapped_size(&config).unwrap());
        assert_eq!(get(&mut Session::new(segment), b"key").unwrap(), b"from the first");
    });
    assert_eq!(reader.join(), 0);
}

#[test]
fn another_name_is_turned_away_for_good_however_alike() {
    let long = "n".repeat(1500);
    for (first, second) in
        [("pool", "pool2"), ("pool2", "pool"), ("", "p"), (&long, &format!("{long}x")), (&long, &long[1..])]
    {
        let file = Segment::seed("test").unwrap();
        let seed = Seed::open(file).unwrap();
        let claiming = seed.lock(LIMIT).unwrap();
        claiming.claim(first.as_bytes()).unwrap();
        assert_eq!(claiming.claim(second.as_bytes()), Err(Error::Owned));
        claiming.claim(first.as_bytes()).unwrap();
    }
}

#[test]
fn other_sizes_are_refused_with_both_figures() {
    let file = Segment::seed("test").unwrap();
    let first = config(SIZE, Policy::Never);
    join(&file, b"pool", &first, range()).unwrap();
    let other = SegmentConfig { size: 2 * SIZE, ..first.clone() };
    let error = join(&file, b"pool", &other, range()).unwrap_err();
    assert!(error.to_string().contains("1048576 bytes and 16 readers, 2097152 bytes"), "{error}");
    assert!(join(&file, b"pool", &SegmentConfig { readers: 17, ..first }, range()).is_err());
}

#[test]
fn files_that_may_not_grow_to_a_page_are_named_and_kill_nobody() {
    for most in [0, 4095] {
        let child = Child::fork(|_| {
            let limit = libc::rlimit { rlim_cur: most, rlim_max: most };
            // SAFETY: only limits this process, which is the test's own.
            assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
            let error = Segment::seed("test").unwrap_err().to_string();
            assert!(error.contains(&format!("grow to {most} bytes (RLIMIT_FSIZE)")), "{error}");
        });
        assert_eq!(child.join(), 0, "{most}");
    }
}

#[test]
fn what_is_no_seed_is_not_believed() {
    let segment = Segment::create_in(&config(SIZE, Policy::Never), range()).unwrap();
    let file = segment.file().try_clone().unwrap();
    assert!(matches!(Seed::open(file), Err(Error::Corrupt(_))));
}

#[test]
fn a_file_that_can_be_cut_off_is_not_mapped() {
    // SAFETY: a name that ends with 0; the descriptor becomes ours.
    let file = unsafe { File::from_raw_fd(libc::memfd_create(c"test".as_ptr(), libc::MFD_CLOEXEC)) };
    let mut page = [0; 4096];
    let seed = Segment::seed("test").unwrap();
    seed.read_exact_at(&mut page, 0).unwrap();
    file.write_all_at(&page, 0).unwrap();
    let error = Seed::open(file).unwrap_err();
    assert!(error.to_string().contains("not sealed against shrinking"), "{error}");
}

/// Where the C library's mutex says what kind it is.
const KIND: u64 = if cfg!(target_env = "gnu") { 16 } else { 0 };

#[test]
fn locks_of_another_kind_are_not_believed() {
    // In a process of its own: addresses that are given up stay free there, whatever other threads of this one map.
    let child = Child::fork(|_| {
        let config = config(SIZE, Policy::Never);
        let refused = |result: Result<(), Error>| {
            let error = result.unwrap_err();
            assert!(error.to_string().contains("a lock is not of the kind"), "{error}");
        };
        // The seed's own, behind eight bytes in the middle of the page.
        let file = Segment::seed("test").unwrap();
        file.write_all_at(&[0xFF, 0, 0, 0], 2048 + 8 + KIND).unwrap();
        refused(Seed::open(file).map(drop));
        // One of the segment's: that of its first arena.
        let file = Segment::seed("test").unwrap();
        let base = join(&file, b"pool", &config, range()).unwrap().read_only_range().start;
        let again = || AddressRange::reserve_at(base, 64 << 20).unwrap();
        join(&file, b"pool", &config, again()).unwrap();
        file.write_all_at(&[0xFF, 0, 0, 0], 4096 + KIND).unwrap();
        refused(join(&file, b"pool", &config, again()).map(drop));
        refused(Segment::attach(&config, file, again()).map(drop));
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_range_that_is_too_small_is_named() {
    let file = Segment::seed("test").unwrap();
    let small = AddressRange::reserve(4096).unwrap();
    let error = join(&file, b"pool", &config(SIZE, Policy::Never), small).unwrap_err();
    assert!(error.to_string().starts_with("4096 bytes of address space are reserved"), "{error}");
    // Nothing is lost: the next one may have more room.
    join(&file, b"pool", &config(SIZE, Policy::Never), range()).unwrap();
}

#[test]
fn sizes_that_are_no_multiple_of_a_page_are_attached_to() {
    // In a process of its own: addresses that are given up stay free there, whatever other threads of this one map.
    let child = Child::fork(|_| {
        for more in [1, 127, 4095] {
            let config = config(SIZE + more, Policy::Never);
            let file = Segment::seed("test").unwrap();
            let made = join(&file, b"pool", &config, range()).unwrap();
            let base = made.read_only_range().start;
            put(&mut Session::new(made), b"key", b"value").unwrap();
            let attached = [
                |file: &File, config: &_, range| join(file, b"pool", config, range),
                |file: &File, config: &_, range| Segment::attach(config, file.try_clone().unwrap(), range),
            ];
            for attach in attached {
                let range = AddressRange::reserve_at(base, 64 << 20).unwrap();
                let segment = attach(&file, &config, range).unwrap_or_else(|error| panic!("{more}: {error}"));
                assert_eq!(get(&mut Session::new(segment), b"key").unwrap(), b"value");
            }
        }
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn many_at_once_make_one_segment() {
    let reserved = range();
    let config = config(SIZE, Policy::Never);
    for _ in 0..20 {
        let file = Segment::seed("test").unwrap();
        // Each child reserves the same addresses anew: they are free in all of them, whatever other threads of this process map.
        let mut free = Some(range());
        let base = free.as_ref().unwrap().range().start;
        let children: Vec<_> = (0..8)
            .map(|at| {
                let (file, config) = (file.try_clone().unwrap(), config.clone());
                let free = &mut free;
                Child::fork(move |line| {
                    free.take();
                    let range = AddressRange::reserve_at(base, 32 << 20).unwrap();
                    let segment = join(&file, b"pool", &config, range).unwrap();
                    let mut session = Session::new(segment);
                    put(&mut session, format!("key{at}").as_bytes(), &[at]).unwrap();
                    line.tell(1);
                    line.wait();
                    for other in 0..8 {
                        assert_eq!(get(&mut session, format!("key{other}").as_bytes()).unwrap(), [other]);
                    }
                })
            })
            .collect();
        let mut children = children;
        children.iter_mut().for_each(|child| assert_eq!(child.wait(), 1));
        children.iter_mut().for_each(|child| child.tell(1));
        children.into_iter().for_each(|child| assert_eq!(child.join(), 0));
    }
    drop(reserved);
}

#[test]
fn a_stopped_maker_is_waited_for_no_longer_than_asked() {
    let file = Segment::seed("test").unwrap();
    let mut holder = {
        let file = file.try_clone().unwrap();
        Child::fork(move |line| {
            let seed = Seed::open(file).unwrap();
            let _claiming = seed.lock(LIMIT).unwrap();
            line.tell(1);
            line.wait();
        })
    };
    holder.wait();
    let seed = Seed::open(file).unwrap();
    assert!(matches!(seed.lock(Duration::from_millis(20)), Err(Error::LockTimeout { waited_ms: 20 })));
    // Killed inside: the next one has the lock at once.
    assert_eq!(holder.kill(), -libc::SIGKILL);
    seed.lock(Duration::from_millis(20)).unwrap().claim(b"pool").unwrap();
}

#[test]
fn entries_are_deleted_by_what_is_in_them() {
    use static_cache_core::{Mode, Space};
    let mut session = Session::new(common::segment(SIZE, Policy::Never));
    for (key, payload) in [("a", "/one.php"), ("b", "/two.php"), ("c", "/one.php")] {
        let mut draft = session.prepare(Space::Class, key.as_bytes(), 0, 0, payload.len(), None).unwrap();
        draft.payload_mut().copy_from_slice(payload.as_bytes());
        session.commit(draft, Mode::Put).unwrap();
    }
    put(&mut session, b"a", b"/one.php").unwrap();
    assert_eq!(session.delete_selected(Space::Class, |payload| payload == b"/one.php").unwrap(), 2);
    assert_eq!(session.keys(Space::Class, b"", 0), [b"b".to_vec()]);
    assert_eq!(session.keys(Space::Key, b"", 0), [b"a".to_vec()]);
}

#[test]
fn the_page_of_a_forgotten_claim_stays_mapped() {
    // In a process of its own: the C library would write to where the lock was.
    let child = Child::fork(|_| {
        let seed = Seed::open(Segment::seed("test").unwrap()).unwrap();
        std::mem::forget(seed.lock(Duration::from_secs(1)).unwrap());
        drop(seed);
        let segment = common::segment(1 << 20, Policy::Evict);
        common::put(&mut Session::new(segment), b"k", &[1; 10]).unwrap();
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_forked_child_does_not_let_go_of_its_parents_claim() {
    let file = Segment::seed("test").unwrap();
    let seed = Seed::open(file.try_clone().unwrap()).unwrap();
    let mut claim = Some(seed.lock(Duration::from_secs(1)).unwrap());
    let child = Child::fork(|_| {
        drop(claim.take());
        let other = Seed::open(file.try_clone().unwrap()).unwrap();
        assert!(matches!(other.lock(Duration::from_millis(1)), Err(Error::LockTimeout { .. })));
    });
    assert_eq!(child.join(), 0);
    drop(claim);
    assert!(seed.lock(Duration::from_millis(1)).is_ok());
}
