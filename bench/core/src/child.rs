//! Processes that work at the same time, each on a core of its own.

use std::sync::atomic::AtomicU64;

/// Words that a process and those that it forks share.
pub fn shared_words() -> &'static [AtomicU64; 64] {
    // SAFETY: a new anonymous mapping, which is never unmapped.
    let page = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            4096,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        )
    };
    assert_ne!(page, libc::MAP_FAILED, "no memory");
    // SAFETY: the page is mapped for good, zero, and large enough; atomics are valid for every bit pattern.
    unsafe { &*page.cast::<[AtomicU64; 64]>() }
}

/// A forked process. It is killed when this is dropped, and when its parent dies.
pub struct Child(libc::pid_t);

impl Child {
    /// Forks; the child runs `work` and ends.
    pub fn fork(work: impl FnOnce()) -> Self {
        // SAFETY: this program has one thread, so the child may go on using everything.
        let pid = unsafe { libc::fork() };
        assert!(pid >= 0, "no process");
        if pid == 0 {
            // SAFETY: plain numbers.
            unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            // SAFETY: ends the child at once, without what the parent has registered.
            unsafe { libc::_exit(i32::from(result.is_err())) };
        }
        Self(pid)
    }

    /// Waits for its end; panics unless it ended well.
    pub fn join(self) {
        let status = wait(self.0);
        std::mem::forget(self);
        assert!(libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, "a child failed");
    }
}

impl Drop for Child {
    fn drop(&mut self) {
        // SAFETY: a signal to our own child, which nobody has waited for.
        unsafe { libc::kill(self.0, libc::SIGKILL) };
        wait(self.0);
    }
}

fn wait(pid: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: waits for our own child; `status` is a valid place.
    unsafe { libc::waitpid(pid, &raw mut status, 0) };
    status
}

/// The cores that this process may use.
#[derive(Clone, Debug)]
pub struct Cores(Vec<usize>);

impl Cores {
    pub fn available() -> Self {
        // SAFETY: a set of processors is plain bits, and zero is one.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        // SAFETY: `set` is a valid place of that size; 0 is the caller.
        unsafe { libc::sched_getaffinity(0, size_of::<libc::cpu_set_t>(), &raw mut set) };
        // SAFETY: looks at a bit of a set, below its size.
        let is_set = |core: &usize| unsafe { libc::CPU_ISSET(*core, &set) };
        Self((0..libc::CPU_SETSIZE as usize).filter(is_set).collect())
    }

    /// Two processes can run at the same time.
    pub fn are_two(&self) -> bool {
        self.0.len() >= 2
    }

    /// Puts the calling process on one core: left alone, two that wait for each other are put on the same one.
    pub fn pin(&self, index: usize) {
        self.set(&[self.0[index % self.0.len()]]);
    }

    /// Lets the calling process run on all of them again.
    pub fn release(&self) {
        self.set(&self.0);
    }

    fn set(&self, cores: &[usize]) {
        // SAFETY: as in `available`.
        let mut set: libc::cpu_set_t = unsafe { std::mem::zeroed() };
        for core in cores {
            // SAFETY: sets a bit below the set's size.
            unsafe { libc::CPU_SET(*core, &mut set) };
        }
        // SAFETY: `set` is a valid place of that size; 0 is the caller.
        unsafe { libc::sched_setaffinity(0, size_of::<libc::cpu_set_t>(), &raw const set) };
    }
}
