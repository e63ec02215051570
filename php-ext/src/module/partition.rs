//! The processes that share one cache, as this process sees it: its two segments, or why there are none.
//!
//! The table is swapped as a whole at start-up and shutdown and read under crossbeam's in-process epochs, so a
//! thread that still looks at the old one is safe. Sessions hold their segment themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crossbeam_epoch::{self as epoch, Atomic, Owned};
use static_cache_core::{Error, Policy as Full, Segment, SegmentConfig};

use super::Backend;
use crate::ini::{Settings, Size};
use crate::payload;
use crate::sapi::{Policy, fpm};
use crate::zend::constants as c;

/// One backend.
pub(crate) struct BackendState {
    pub(crate) segment: Option<Arc<Segment>>,
    /// Why there is no segment.
    pub(crate) reason: Option<String>,
    pub(crate) configured: usize,
    pub(crate) startup_failed: bool,
    /// What helps, for the log.
    remedy: &'static str,
}

impl BackendState {
    /// One that works.
    pub(crate) fn with(segment: Arc<Segment>, configured: usize) -> Self {
        segment.allow_moving(payload::relocate);
        Self { segment: Some(segment), reason: None, configured, startup_failed: false, remedy: "" }
    }
}

/// A backend that is not there, and why.
pub(crate) fn state_without(reason: String, configured: usize, startup_failed: bool) -> BackendState {
    BackendState { segment: None, reason: Some(reason), configured, startup_failed, remedy: "" }
}

/// Both backends.
pub(crate) struct Partition {
    pub(crate) name: String,
    pub(crate) model: &'static str,
    pub(crate) backends: [BackendState; 2],
    /// As long as this lives, the partition does.
    mapped: Arc<()>,
}

static CURRENT: Atomic<Partition> = Atomic::null();
static NUMBER: AtomicU32 = AtomicU32::new(0);

/// Looks at the current partition; `None` before start-up and after shutdown.
pub(crate) fn partition<T>(look: impl FnOnce(&Partition) -> T) -> Option<T> {
    let guard = epoch::pin();
    let current = CURRENT.load(Ordering::Acquire, &guard);
    // SAFETY: loaded under the guard, and freed only after all such guards are gone.
    unsafe { current.as_ref() }.map(look)
}

/// Makes the partition of this process.
pub(super) fn install(policy: Policy, settings: &Settings) {
    let (model, refusal) = match policy {
        Policy::Available(model) => (model, None),
        // Workers get theirs before their first request; here is none.
        Policy::PerPool => {
            fpm::start();
            ("none", Some(fpm::NO_WORKER.into()))
        }
        Policy::Unavailable(reason) => ("none", Some(reason)),
    };
    let name = format!("{}:{}", crate::module::start::sapi_name(), std::process::id());
    let backends = Backend::ALL
        .map(|backend| make(backend, &settings.sizes[backend as usize], refusal.clone(), settings));
    replace(Some(Partition { name, model, backends, mapped: Arc::new(()) }));
}

/// What could not be made although its directive is right: for the log, with what helps.
pub(super) fn failures(settings: &Settings) -> Vec<String> {
    let failure = |partition: &Partition, backend: Backend| {
        let state = &partition.backends[backend as usize];
        let wrong = matches!(settings.sizes[backend as usize], Size::Wrong(_));
        let reason = state.reason.as_ref().filter(|_| state.startup_failed && !wrong)?;
        Some(format!("static_cache: {reason}; the {} cache is unavailable. {}", backend.name(), state.remedy))
    };
    partition(|partition| {
        Backend::ALL.into_iter().filter_map(|backend| failure(partition, backend)).collect()
    })
    .unwrap_or_default()
}

/// The partition of the pool that this worker serves, or why there is none.
pub(crate) fn install_pool(pool: &str, model: &'static str, backends: [BackendState; 2]) {
    let name = format!("{}:{pool}", crate::module::start::sapi_name());
    replace(Some(Partition { name, model, backends, mapped: Arc::new(()) }));
}

/// Which partition is current: changes whenever another one, or none, takes its place.
#[inline]
pub(super) fn number() -> u32 {
    NUMBER.load(Ordering::Relaxed)
}

/// Gives the partition up. Threads that still use a segment keep it alive.
pub(super) fn remove() {
    fpm::stop();
    let mapped = partition(|partition| Arc::downgrade(&partition.mapped));
    replace(None);
    // What was deferred is done now, unless a thread is in the middle of looking: a server that restarts in one process
    // must not keep the old mappings. Each turn gets on by a few steps only, and threads that ended left some.
    for _ in 0..MOST_TURNS {
        if mapped.as_ref().is_none_or(|mapped| mapped.strong_count() == 0) {
            break;
        }
        epoch::pin().flush();
    }
}

/// More turns than any number of threads needs.
const MOST_TURNS: u32 = 100_000;

fn replace(partition: Option<Partition>) {
    let guard = epoch::pin();
    let new =
        partition.map_or_else(epoch::Shared::null, |partition| Owned::new(partition).into_shared(&guard));
    let old = CURRENT.swap(new, Ordering::AcqRel, &guard);
    // Threads look at this when a request begins; no request runs while the module starts or stops.
    NUMBER.fetch_add(1, Ordering::Relaxed);
    if !old.is_null() {
        // SAFETY: no longer reachable; readers that loaded it hold guards. Dropped in place when those are gone.
        unsafe { guard.defer_destroy(old) };
    }
    guard.flush();
}

fn make(backend: Backend, size: &Size, refusal: Option<String>, settings: &Settings) -> BackendState {
    let mib = match size {
        Size::Mib(mib) => *mib,
        Size::Wrong(reason) => return state_without(reason.clone(), 0, true),
    };
    let bytes = mib << 20;
    if mib == 0 {
        return state_without(
            format!("disabled by opcache.static_cache.{}_size_mb=0", backend.name()),
            0,
            false,
        );
    }
    if let Some(reason) = refusal {
        return state_without(reason, bytes, false);
    }
    let config = config_of(backend, bytes, settings.readers);
    match Segment::create(&config) {
        Ok(segment) => {
            segment.set_lock_timeout(Duration::from_millis(settings.lock_timeout_ms));
            BackendState::with(segment, bytes)
        }
        Err(error) => {
            let reason = format!(
                "no shared memory for opcache.static_cache.{}_size_mb={mib}: {error}",
                backend.name()
            );
            BackendState { remedy: remedy(&error), ..state_without(reason, bytes, true) }
        }
    }
}

/// What helps against an error.
fn remedy(error: &Error) -> &'static str {
    match error {
        Error::Os { errno: libc::EMFILE, .. } => "Allow more open files (ulimit -n)",
        Error::Os { errno: libc::ENFILE, .. } => "Allow more open files in the whole system (fs.file-max)",
        Error::Os { errno: libc::EPERM | libc::EACCES | libc::ENOSYS, .. } => {
            "Allow that system call (the container's seccomp filter, vm.memfd_noexec), or use a kernel that has it"
        }
        _ => {
            "Set a smaller size, or allow more (ulimit -v, ulimit -f, the memory limit of the control group)"
        }
    }
}

/// How a backend's segment is made.
pub(crate) fn config_of(backend: Backend, size: usize, readers: u32) -> SegmentConfig {
    SegmentConfig {
        name: backend.name(),
        size,
        policy: if backend == Backend::Volatile { Full::Evict } else { Full::Never },
        readers,
        abi_tag: u64::from(c::PHP_VERSION_ID) << 2 | u64::from(c::PHP_ZTS) << 1 | u64::from(c::PHP_DEBUG),
    }
}

/// Why a backend is unavailable, in a message.
pub(crate) fn refusal(backend: Backend) -> String {
    let reason = partition(|partition| partition.backends[backend as usize].reason.clone()).flatten();
    format!("{} cache: {}", backend.name(), reason.as_deref().unwrap_or("not started"))
}
