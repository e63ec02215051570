//! Where memory files lie, and what can be done with them there.

use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::fs::FileExt;

use static_cache_core::{AddressRange, Policy, Segment, Session};

mod common;
use common::{Child, config, get, put};

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
    let mut session = Session::new(std::sync::Arc::clone(&segment));
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
        let mut session = Session::new(std::sync::Arc::clone(&segment));
        put(&mut session, b"key", b"of the child").unwrap();
    });
    assert_eq!(child.join(), 0);
    assert_eq!(get(&mut session, b"key").unwrap(), b"of the child");
}
