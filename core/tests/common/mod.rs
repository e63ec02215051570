//! What the tests share.
#![allow(dead_code, unreachable_pub)] // Each test file uses its own part.

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::os::fd::{AsRawFd, FromRawFd};
use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{Error, Mode, Policy, Segment, SegmentConfig, Session, Space};

pub const INT: u8 = 3;

/// One test at a time: some move the clock of the process, by which entries expire and promises are broken.
pub fn alone() -> std::sync::MutexGuard<'static, ()> {
    static ALONE: std::sync::Mutex<()> = std::sync::Mutex::new(());
    ALONE.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

pub fn config(size: usize, policy: Policy) -> SegmentConfig {
    SegmentConfig { name: "test", size, policy, readers: 16, abi_tag: 7 }
}

pub fn segment(size: usize, policy: Policy) -> Arc<Segment> {
    Segment::create(&config(size, policy)).unwrap()
}

/// A segment whose free memory is in pieces, and moving panics: of the entries with these numbers in their keys, 3,000 bytes each, those
/// with odd ones are there.
pub fn where_moving_panics() -> (Arc<Segment>, Session, u32) {
    let segment = segment(1 << 20, Policy::Never);
    segment.allow_moving(|_, _, _, _, _| panic!("the embedder's, under a lock"));
    let mut session = Session::new(Arc::clone(&segment));
    let mut count = 0;
    while put(&mut session, &numbered(count), &[7; 3000]).is_ok() {
        count += 1;
    }
    for number in (0..count).step_by(2) {
        assert!(session.delete(Space::Key, &numbered(number)).unwrap());
    }
    session.end_request();
    (segment, session, count)
}

/// A key with a number.
pub fn numbered(number: u32) -> Vec<u8> {
    format!("key{number}").into_bytes()
}

pub fn put(session: &mut Session, key: &[u8], payload: &[u8]) -> Result<(), Error> {
    put_for(session, key, payload, None)
}

pub fn put_for(
    session: &mut Session,
    key: &[u8],
    payload: &[u8],
    ttl: Option<Duration>,
) -> Result<(), Error> {
    let mut draft = session.prepare(Space::Key, key, 0, 0, payload.len(), ttl)?;
    draft.payload_mut().copy_from_slice(payload);
    session.commit(draft, Mode::Put).map(|_| ())
}

pub fn get(session: &mut Session, key: &[u8]) -> Option<Vec<u8>> {
    let hit = session.fetch(Space::Key, key)?;
    Some(session.payload(&hit).unwrap().to_vec())
}

/// A generator good enough to mix operations and to fill payloads (splitmix64).
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut word = self.0;
        word = (word ^ word >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        word = (word ^ word >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        word ^ word >> 31
    }

    pub fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}

/// A forked child and a line to it: each side can tell the other to go on.
pub struct Child {
    pid: libc::pid_t,
    to_child: std::fs::File,
    from_child: std::fs::File,
}

/// The child's end of the line.
pub struct Line {
    from_parent: std::fs::File,
    to_parent: std::fs::File,
}

impl Line {
    pub fn tell(&mut self, byte: u8) {
        self.to_parent.write_all(&[byte]).unwrap();
    }

    pub fn wait(&mut self) -> u8 {
        let mut byte = [0];
        self.from_parent.read_exact(&mut byte).unwrap();
        byte[0]
    }
}

fn pipe() -> (std::fs::File, std::fs::File) {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors, which become ours.
    unsafe {
        assert_eq!(libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC), 0);
        (std::fs::File::from_raw_fd(ends[0]), std::fs::File::from_raw_fd(ends[1]))
    }
}

/// Waits for a child's end, whatever signals arrive; its exit status, or minus the signal that ended it.
pub fn end_of(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: waits for our own child.
    while unsafe { libc::waitpid(pid, &raw mut status, 0) } != pid {
        let error = std::io::Error::last_os_error();
        assert_eq!(error.kind(), std::io::ErrorKind::Interrupted, "{error}");
    }
    if libc::WIFSIGNALED(status) { -libc::WTERMSIG(status) } else { libc::WEXITSTATUS(status) }
}

/// Whether a descriptor of this process is open.
pub fn is_open(fd: i32) -> bool {
    // SAFETY: plain fcntl.
    unsafe { libc::fcntl(fd, libc::F_GETFD) != -1 }
}

/// Numbers of what is open in this process.
pub fn open_descriptors() -> BTreeSet<i32> {
    (0..1024).filter(|fd| is_open(*fd)).collect()
}

/// A child that does nothing but wait for its end: it has been stopped, and does not tell its parent of what it has inherited.
pub fn fork_stopped_at_once() -> libc::pid_t {
    // SAFETY: the child is stopped before it does anything.
    let child = unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::raise(libc::SIGSTOP);
            libc::_exit(0);
        }
        child
    };
    wait_until_stopped(child);
    child
}

/// Ends a child of this process that is stopped.
pub fn kill_stopped(child: libc::pid_t) {
    // SAFETY: our own child.
    unsafe { libc::kill(child, libc::SIGKILL) };
    assert_eq!(end_of(child), -libc::SIGKILL);
}

/// Waits until a child of this process is stopped.
pub fn wait_until_stopped(pid: libc::pid_t) {
    let mut status = 0;
    // SAFETY: waits for our own child.
    let found = unsafe { libc::waitpid(pid, &raw mut status, libc::WUNTRACED) };
    assert!(found == pid && libc::WIFSTOPPED(status), "{status:x}");
}

impl Child {
    /// Forks; the child runs `work` and exits with 0, or with 1 when it panics.
    pub fn fork(work: impl FnOnce(&mut Line)) -> Self {
        let (from_parent, to_child) = pipe();
        let (from_child, to_parent) = pipe();
        // SAFETY: the child calls only what `work` does: our library and the standard library's parts that are
        // safe after a fork with glibc (allocation included).
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0);
        if pid == 0 {
            drop((to_child, from_child));
            let mut line = Line { from_parent, to_parent };
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&mut line)));
            // SAFETY: ends the child at once, without the test harness's exit handlers.
            unsafe { libc::_exit(i32::from(result.is_err())) };
        }
        Self { pid, to_child, from_child }
    }

    pub fn tell(&mut self, byte: u8) {
        self.to_child.write_all(&[byte]).unwrap();
    }

    pub fn wait(&mut self) -> u8 {
        let mut byte = [0];
        self.from_child.read_exact(&mut byte).unwrap();
        byte[0]
    }

    /// Waits for the child's end, but goes on listening to its descendants.
    pub fn reap(&mut self) {
        let mut status = 0;
        // SAFETY: waits for our own child.
        unsafe { libc::waitpid(self.pid, &raw mut status, 0) };
    }

    /// Waits until the child is stopped.
    pub fn wait_until_stopped(&self) {
        wait_until_stopped(self.pid);
    }

    /// Waits until child and descendants are gone, or one of them says something: false then.
    pub fn is_gone(&mut self) -> bool {
        self.from_child.read(&mut [0]).unwrap() == 0
    }

    /// Waits for a word of the child; false if it ended without one, or has hung for so many seconds.
    pub fn says_something_within(&mut self, seconds: i32) -> bool {
        let mut line = libc::pollfd { fd: self.from_child.as_raw_fd(), events: libc::POLLIN, revents: 0 };
        // SAFETY: one descriptor, in a place of ours.
        let told = unsafe { libc::poll(&raw mut line, 1, seconds * 1000) } == 1;
        told && self.from_child.read(&mut [0]).unwrap() == 1
    }

    /// Waits until the child sleeps in a futex call.
    pub fn wait_until_asleep(&mut self) {
        let waiting = |text: &str| text.starts_with("202 ") || text.starts_with("449 ");
        let path = format!("/proc/{}/syscall", self.pid);
        while !waiting(&std::fs::read_to_string(&path).unwrap()) {
            std::thread::yield_now();
        }
    }

    /// Waits for the child's end; its exit status, or minus the signal that ended it.
    pub fn join(mut self) -> i32 {
        let pid = std::mem::take(&mut self.pid);
        end_of(pid)
    }

    pub fn pid(&self) -> libc::pid_t {
        self.pid
    }

    /// Lets a stopped child go on and waits for its end.
    pub fn go_on(self) -> i32 {
        // SAFETY: a signal to our own child.
        unsafe { libc::kill(self.pid, libc::SIGCONT) };
        self.join()
    }

    pub fn kill(self) -> i32 {
        // SAFETY: a signal to our own child.
        unsafe { libc::kill(self.pid, libc::SIGKILL) };
        self.join()
    }
}

impl Drop for Child {
    /// A test that fails leaves nobody behind, stopped ones least of all.
    fn drop(&mut self) {
        if self.pid != 0 {
            // SAFETY: our own child, which nobody has waited for.
            unsafe {
                libc::kill(self.pid, libc::SIGKILL);
                libc::waitpid(self.pid, std::ptr::null_mut(), 0);
            }
        }
    }
}

/// A child that we trace, and that stops before its work.
pub fn traced(work: impl FnOnce()) -> Child {
    Child::fork(|_| {
        // SAFETY: asks to be traced by the parent, then stops.
        unsafe {
            assert_eq!(libc::ptrace(libc::PTRACE_TRACEME, 0, 0, 0), 0);
            libc::raise(libc::SIGSTOP);
        }
        work();
    })
}

/// Until somebody lets this process go on.
pub fn stop() {
    // SAFETY: stops this process until somebody lets it go on.
    unsafe { libc::raise(libc::SIGSTOP) };
}

thread_local! {
    /// Who begins a look-up, and stops in it, in the middle of what this test's thread does.
    static READER: std::cell::Cell<libc::pid_t> = const { std::cell::Cell::new(0) };
}

/// To be called at a named step: the last [`stopped_reader`] goes on.
pub fn let_the_reader_begin() {
    let pid = READER.get();
    // SAFETY: our own child, which is stopped, and stops again in its look-up.
    unsafe { libc::kill(pid, libc::SIGCONT) };
    wait_until_stopped(pid);
}

/// A child that stops in the middle of a look-up: now, or, if there is a key for it to delete first, when it is let begin.
#[cfg(feature = "fault-injection")]
pub fn stopped_reader(segment: &Arc<Segment>, deleted: Option<&[u8]>) -> Child {
    let child = Child::fork(|_| {
        let mut reader = Session::new(Arc::clone(segment));
        static_cache_core::fault::act_at("look: begun", 0, stop);
        if let Some(key) = deleted {
            stop();
            // After what the writer has seen of the clock.
            assert!(reader.delete(Space::Key, key).unwrap());
        }
        reader.keys(Space::Key, b"", 0);
    });
    child.wait_until_stopped();
    READER.set(child.pid());
    child
}

/// A child that stopped in the middle of storing `k`, at this step.
#[cfg(feature = "fault-injection")]
pub fn stopped_at(segment: &Arc<Segment>, step: &'static str) -> Child {
    stopped_storing(b"theirs", segment, step)
}

#[cfg(feature = "fault-injection")]
pub fn stopped_storing(value: &[u8], segment: &Arc<Segment>, step: &'static str) -> Child {
    let child = Child::fork(|_| {
        let mut session = Session::new(Arc::clone(segment));
        static_cache_core::fault::act_at(step, 0, stop);
        put(&mut session, b"k", value).unwrap();
    });
    child.wait_until_stopped();
    child
}
