//! Where memory files lie, and what can be done with them there.

use std::fs::File;
use std::io::{Seek, SeekFrom};
use std::os::fd::{AsRawFd, FromRawFd};
use std::os::unix::fs::FileExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{AddressRange, Error, KnownFile, Policy, Seed, Segment, Session, Space};

mod common;
use common::{
    Child, config, fork_stopped_at_once, get, is_open, kill_stopped, numbered, open_descriptors, put,
    where_moving_panics,
};

#[test]
fn memory_files_are_never_standard_descriptors() {
    let child = Child::fork(|_| {
        // SAFETY: this process is the test's own, and says what it has to say by its exit status.
        unsafe { (0..=2).for_each(|fd| _ = libc::close(fd)) };
        let config = config(1 << 20, Policy::Never);
        let segment = Segment::create(&config).unwrap();
        let range = AddressRange::reserve(Segment::mapped_size(&config).unwrap()).unwrap();
        let shared = Segment::create_in(&config, range).unwrap();
        let seed = Segment::seed("test").unwrap();
        for file in [segment.file(), shared.file(), &seed] {
            assert!(file.as_raw_fd() > 2);
            // SAFETY: plain fcntl.
            let flags = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GETFD) };
            assert_eq!(flags & libc::FD_CLOEXEC, libc::FD_CLOEXEC);
        }
        // Nothing was left there either.
        // SAFETY: plain fcntl.
        let is_open = |fd| unsafe { libc::fcntl(fd, libc::F_GETFD) } != -1;
        assert!(!(0..=2).any(is_open));
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_segment_of_one_process_cannot_be_written_to_by_its_descriptor() {
    let segment = common::segment(1 << 20, Policy::Never);
    let mut session = Session::new(Arc::clone(&segment));
    put(&mut session, b"key", b"value").unwrap();
    let file: &File = segment.file();
    // SAFETY: plain fcntl.
    let seals = unsafe { libc::fcntl(file.as_raw_fd(), libc::F_GET_SEALS) };
    let sizes = libc::F_SEAL_SHRINK | libc::F_SEAL_GROW | libc::F_SEAL_SEAL;
    assert_eq!(seals & sizes, sizes);
    if seals & libc::F_SEAL_FUTURE_WRITE == 0 {
        eprintln!("this kernel does not know F_SEAL_FUTURE_WRITE");
        return;
    }
    let error = file.write_at(&[b'Z'; 4096], 0).unwrap_err();
    assert_eq!(error.raw_os_error(), Some(libc::EPERM));
    // Who has it mapped goes on, and so do forks.
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"key", b"of the child").unwrap();
    });
    assert_eq!(child.join(), 0);
    assert_eq!(get(&mut session, b"key").unwrap(), b"of the child");
}

/// Closes a descriptor behind its owner's back and opens a file of somebody else's at its number.
fn replace_by_a_strangers(fd: i32) -> File {
    // SAFETY: a name that is a C string; the descriptor becomes ours.
    let mut stranger =
        unsafe { File::from_raw_fd(libc::memfd_create(c"a stranger's".as_ptr(), libc::MFD_CLOEXEC)) };
    // There is something to be found behind all of a segment's bookkeeping.
    stranger.write_all_at(b"data", 1 << 24).unwrap();
    stranger.seek(SeekFrom::Start(3)).unwrap();
    // SAFETY: the number is another owner's, which is to bear this.
    assert_eq!(unsafe { libc::dup2(stranger.as_raw_fd(), fd) }, fd);
    stranger
}

/// Whether the file is where it was left, and still open at that number.
fn is_left_alone(mut stranger: File, fd: i32) -> bool {
    // SAFETY: plain fcntl and close of a descriptor that was made for the stranger.
    let is_open = unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 && libc::close(fd) == 0 };
    is_open && stranger.stream_position().unwrap() == 3
}

#[test]
fn a_repair_and_the_end_leave_a_file_alone_that_has_the_descriptors_number_now() {
    // Nothing else opens files in the meantime.
    let child = Child::fork(|_| {
        let (segment, mut session, count) = where_moving_panics();
        let fd = segment.file().as_raw_fd();
        let stranger = replace_by_a_strangers(fd);
        let stored = catch_unwind(AssertUnwindSafe(|| put(&mut session, b"large", &[2; 40_000])));
        assert!(stored.is_err(), "nothing was moved");
        assert_eq!(segment.audit().unwrap().entries, u64::from(count / 2));
        assert!(segment.stats().recoveries > 0);
        for number in (1..count).step_by(2) {
            assert_eq!(get(&mut session, &numbered(number)).unwrap(), [7; 3000]);
        }
        drop((session, segment));
        assert!(is_left_alone(stranger, fd));
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_segment_closes_its_own_descriptor() {
    let child = Child::fork(|_| {
        let segment = common::segment(1 << 20, Policy::Never);
        let fd = segment.file().as_raw_fd();
        drop(segment);
        assert!(!is_open(fd));
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn a_seed_whose_descriptor_was_closed_is_refused() {
    let child = Child::fork(|_| {
        let config = config(1 << 20, Policy::Never);
        let range = || AddressRange::reserve(Segment::mapped_size(&config).unwrap()).unwrap();
        for is_opened in [false, true] {
            let file = Segment::seed("test").unwrap();
            let fd = file.as_raw_fd();
            let known = KnownFile::new(file);
            let stranger;
            if is_opened {
                let seed = Seed::open(known).unwrap();
                stranger = replace_by_a_strangers(fd);
                let claiming = seed.lock(Duration::from_secs(60)).unwrap();
                assert!(matches!(claiming.grow(&config, range()), Err(Error::Corrupt(_))));
            } else {
                stranger = replace_by_a_strangers(fd);
                assert!(matches!(Seed::open(known), Err(Error::Corrupt(_))));
            }
            assert!(is_left_alone(stranger, fd));
        }
    });
    assert_eq!(child.join(), 0);
}

#[test]
fn nothing_is_read_from_a_file_that_has_the_number_of_a_childs_line() {
    let outer = Child::fork(|_| {
        let segment = common::segment(1 << 20, Policy::Never);
        segment.set_lock_timeout(Duration::from_millis(20));
        let mut session = Session::new(Arc::clone(&segment));
        put(&mut session, b"k", &[9; 2000]).unwrap();
        session.fetch(Space::Key, b"k").unwrap();
        let before = open_descriptors();
        let promise = session.before_fork().expect("something is kept");
        let child = fork_stopped_at_once();
        session.after_fork_in_parent(promise);
        let line: Vec<i32> = open_descriptors().difference(&before).copied().collect();
        let [line] = line[..] else { panic!("{line:?}") };
        let stranger = replace_by_a_strangers(line);
        session.end_request();
        assert_eq!(segment.stats().active_readers, 1, "the child may go on");
        kill_stopped(child);
        session.end_request();
        drop(session);
        assert!(is_left_alone(stranger, line));
    });
    assert_eq!(outer.join(), 0);
}
