//! A lock in shared memory that outlives its holder: when a holder dies, by any signal, the kernel hands the
//! lock on and says so.

use std::cell::UnsafeCell;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::{clock, inherited};
use crate::error::Error;
use crate::protocol::{self, Robust, Taken};

/// Which word of the C library's mutex says what kind it is.
#[cfg(all(target_env = "gnu", target_pointer_width = "64"))]
const KIND: usize = 4;
#[cfg(all(target_env = "gnu", not(target_pointer_width = "64")))]
const KIND: usize = 3;
#[cfg(not(target_env = "gnu"))]
const KIND: usize = 0;

/// Which one is the kernel's (see futex(2) on robust lists): holder's thread id, waiters bit, owner-died bit. `None`: not known.
const FUTEX: Option<usize> = if cfg!(target_env = "gnu") {
    Some(0)
} else if cfg!(target_env = "musl") {
    Some(1)
} else {
    None
};

/// Longest sleep on a lock without another look at it.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Whether the kernel knows of this thread's locks. Without that, under a filter of system calls or an emulator, the C library makes and takes robust locks
/// all the same, and what a killed process held nobody would ever get.
///
/// # Errors
/// It was not told of them. Not where it does not answer.
pub(crate) fn check_handed_on() -> Result<(), Error> {
    #[cfg(not(miri))]
    {
        // Now rather than in a forked child, which may have come while another thread had the linker's lock.
        clock_lock();
        if head_of_list()? == Some(0) {
            return Err(Error::Os { call: "set_robust_list", errno: libc::ENOSYS });
        }
    }
    Ok(())
}

/// Where this thread's list of locks begins, as [`inherited::told_of`], once the C library has had a reason to tell the kernel.
///
/// # Errors
/// As for [`RobustMutex::init`].
pub(super) fn head_of_list() -> Result<Option<usize>, Error> {
    let lock = RobustMutex::unformatted();
    // SAFETY: nobody else knows the lock, it outlives its use, and is let go by who has taken it.
    unsafe {
        lock.init()?;
        // Some C libraries tell of a thread when it takes its first.
        if libc::pthread_mutex_lock(lock.0.get()) == 0 {
            libc::pthread_mutex_unlock(lock.0.get());
        }
        libc::pthread_mutex_destroy(lock.0.get());
    }
    Ok(inherited::told_of())
}

/// A process-shared robust mutex. It may lie at different addresses in different processes.
#[repr(C, align(8))]
pub(crate) struct RobustMutex(UnsafeCell<libc::pthread_mutex_t>);

impl RobustMutex {
    /// For [`Self::init`].
    pub(super) const fn unformatted() -> Self {
        Self(UnsafeCell::new(libc::PTHREAD_MUTEX_INITIALIZER))
    }

    /// Formats the lock.
    ///
    /// # Safety
    /// Nobody holds the lock or uses it meanwhile.
    pub(crate) unsafe fn init(&self) -> Result<(), Error> {
        let mut attr = MaybeUninit::<libc::pthread_mutexattr_t>::uninit();
        // SAFETY: attr is initialised by the first call and destroyed by the last; the mutex memory is ours
        // alone by this function's contract.
        let (call, errno) = unsafe {
            libc::pthread_mutexattr_init(attr.as_mut_ptr());
            libc::pthread_mutexattr_setpshared(attr.as_mut_ptr(), libc::PTHREAD_PROCESS_SHARED);
            // musl asks the kernel whether it knows such locks, and passes its answer on. A filter of system calls may refuse that.
            let robust = libc::pthread_mutexattr_setrobust(attr.as_mut_ptr(), libc::PTHREAD_MUTEX_ROBUST);
            let made = libc::pthread_mutex_init(self.0.get(), attr.as_ptr());
            libc::pthread_mutexattr_destroy(attr.as_mut_ptr());
            if robust == 0 { ("pthread_mutex_init", made) } else { ("get_robust_list", robust) }
        };
        if errno == 0 { Ok(()) } else { Err(Error::Os { call, errno }) }
    }

    /// Formats the lock in zeroed memory, whoever else does the same at this moment, or has done so and uses it by now.
    ///
    /// # Errors
    /// As [`Self::init`]; and where the C library keeps more in a new lock than its kind.
    pub(crate) fn init_shared(&self) -> Result<(), Error> {
        const WORDS: usize = size_of::<libc::pthread_mutex_t>() / size_of::<u32>();
        // Aligned as a lock is, and with nothing in what the C library leaves as it was.
        let like = Self::unformatted();
        // SAFETY: nobody else knows `like`.
        unsafe { like.init()? };
        for word in (0..WORDS).filter(|word| *word != KIND) {
            if like.word(word).load(Ordering::Relaxed) != 0 {
                return Err(Error::Os { call: "pthread_mutex_init", errno: libc::ENOTSUP });
            }
        }
        // Written once in the life of the memory, and by all with the same: a lock in use stays as it is.
        let kind = like.word(KIND).load(Ordering::Relaxed);
        let _ = self.word(KIND).compare_exchange(0, kind, Ordering::AcqRel, Ordering::Acquire);
        Ok(())
    }

    /// One of the words of the C library's mutex.
    fn word(&self, index: usize) -> &AtomicU32 {
        debug_assert!(index < size_of::<libc::pthread_mutex_t>() / size_of::<u32>());
        // SAFETY: the word lies inside the mutex, is aligned as that is, and is only ever accessed atomically or by the C library.
        unsafe { AtomicU32::from_ptr(self.0.get().cast::<u32>().add(index)) }
    }

    /// Whether its kind is that of a lock made by [`Self::init`]. The other words change while it is used, and may say
    /// anything: a holder that does not exist is waited for in vain, within the bound; the links of the thread's
    /// list are written by who takes the lock before they are followed.
    pub(crate) fn is_formatted(&self) -> bool {
        let like = Self::unformatted();
        // SAFETY: nobody else knows `like`.
        if unsafe { like.init() }.is_err() {
            return false;
        }
        let kind = |mutex: &Self| mutex.word(KIND).load(Ordering::Relaxed);
        kind(self) == kind(&like)
    }

    /// Waits in slices. A let-go lock is some waiter's to take, and the C library's to wake: one. If that one is killed before it has
    /// taken the lock, and somebody who did not sleep has the lock by then, neither the kernel nor the unlocking one wakes anybody
    /// else. Who looks again now and then finds the lock free, or notes in its word anew that somebody sleeps.
    #[cold]
    fn lock_slow(&self, limit: Duration) -> Taken {
        let began = Instant::now();
        loop {
            let left = limit.saturating_sub(began.elapsed());
            match self.lock_within(left.min(LOOK_AGAIN), clock_lock()) {
                libc::ETIMEDOUT if left > LOOK_AGAIN => {}
                result => return self.settle(result),
            }
        }
    }

    /// What the C library says to one sleep.
    fn lock_within(&self, limit: Duration, clock_lock: Option<ClockLock>) -> i32 {
        let clock = if clock_lock.is_some() { libc::CLOCK_MONOTONIC } else { libc::CLOCK_REALTIME };
        let time = clock::after(clock, limit);
        // SAFETY: as in `try_lock`; `time` is an absolute time of the clock that the call uses.
        unsafe {
            match clock_lock {
                Some(lock) => lock(self.0.get(), clock, &raw const time),
                None => libc::pthread_mutex_timedlock(self.0.get(), &raw const time),
            }
        }
    }

    /// The word in which the kernel marks the holder's death, and what it holds now: somebody to be waited for.
    /// The kernel wakes who sleeps on it. `None` when nobody alive holds the lock, or where it is not known where the C library
    /// keeps its word.
    pub(crate) fn watch_holder(&self) -> Option<(&AtomicU32, u32)> {
        let word = self.word(FUTEX?);
        Some((word, protocol::watch(word)?))
    }

    fn settle(&self, result: i32) -> Taken {
        match result {
            0 => Taken::Clean,
            libc::EOWNERDEAD => {
                // SAFETY: we hold the lock (EOWNERDEAD means so).
                unsafe { libc::pthread_mutex_consistent(self.0.get()) };
                // musl forgets that somebody sleeps on the word. If we die, too, the kernel is to wake the next one.
                if cfg!(target_env = "musl") {
                    let _ = self.watch_holder();
                }
                Taken::OwnerDied
            }
            _ => Taken::Busy,
        }
    }
}

impl Robust for RobustMutex {
    #[inline]
    fn try_lock(&self) -> Taken {
        // SAFETY: the mutex was formatted before the segment was published and its memory stays mapped.
        self.settle(unsafe { libc::pthread_mutex_trylock(self.0.get()) })
    }

    #[inline]
    fn lock(&self, limit: Duration) -> Taken {
        match self.try_lock() {
            Taken::Busy => self.lock_slow(limit),
            taken => taken,
        }
    }

    #[inline]
    unsafe fn unlock(&self) {
        // SAFETY: by this function's contract.
        unsafe { libc::pthread_mutex_unlock(self.0.get()) };
    }

    /// `None` where it is not known where the C library keeps its word.
    fn holder(&self) -> Option<u32> {
        FUTEX.map(|at| self.word(at).load(Ordering::Acquire) & protocol::FUTEX_TID_MASK)
    }
}

/// `pthread_mutex_clocklock`.
type ClockLock =
    unsafe extern "C" fn(*mut libc::pthread_mutex_t, libc::clockid_t, *const libc::timespec) -> libc::c_int;

/// The call by which the monotonic clock bounds a wait: the bound stays true when somebody sets the time of day. Older C libraries
/// have none (glibc before 2.30, musl).
fn clock_lock() -> Option<ClockLock> {
    const NONE: usize = 1;
    static FOUND: AtomicUsize = AtomicUsize::new(0);
    if cfg!(any(not(target_env = "gnu"), miri)) {
        return None;
    }
    let mut found = FOUND.load(Ordering::Relaxed);
    if found == 0 {
        // SAFETY: looks for a name.
        let address = unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"pthread_mutex_clocklock".as_ptr()) };
        found = if address.is_null() { NONE } else { address.expose_provenance() };
        FOUND.store(found, Ordering::Relaxed);
    }
    // SAFETY: the C library's function of that name, which is of this type.
    (found != NONE).then(|| unsafe {
        std::mem::transmute::<*const (), ClockLock>(std::ptr::with_exposed_provenance(found))
    })
}

#[cfg(all(test, not(miri)))]
mod tests {
    use super::*;

    #[test]
    fn a_lock_is_waited_for_by_either_clock() {
        let lock = RobustMutex::unformatted();
        // SAFETY: nobody else knows the lock yet.
        unsafe { lock.init() }.unwrap();
        let lock = Shared(lock);
        let held = lock.0.try_lock();
        assert_eq!(held, Taken::Clean);
        let limit = Duration::from_millis(5);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| {
                let lock = &lock;
                [clock_lock(), None].map(|clock_lock| lock.0.lock_within(limit, clock_lock))
            });
            assert_eq!(waiting.join().unwrap(), [libc::ETIMEDOUT; 2]);
            // SAFETY: taken above, by this thread.
            unsafe { lock.0.unlock() };
            let waiting = scope.spawn(|| {
                let lock = &lock;
                [clock_lock(), None].map(|clock_lock| {
                    let result = lock.0.lock_within(limit, clock_lock);
                    // SAFETY: taken just now, which is asserted below.
                    unsafe { lock.0.unlock() };
                    result
                })
            });
            assert_eq!(waiting.join().unwrap(), [0; 2]);
        });
    }

    struct Shared(RobustMutex);

    // SAFETY: a lock is for several threads; it outlives the test's.
    unsafe impl Sync for Shared {}
}
