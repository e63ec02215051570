//! The processes that share one cache, as this process sees it: its two segments, or why there are none.
//!
//! The table is swapped as a whole at start-up and shutdown and read under crossbeam's in-process epochs, so a
//! thread that still looks at the old one is safe. Sessions hold their segment themselves.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crossbeam_epoch::{self as epoch, Atomic, Owned};
use static_cache_core::{Policy as Full, Segment, SegmentConfig};

use super::Backend;
use crate::ini::{Settings, Size};
use crate::sapi::Policy;
use crate::zend::constants as c;

/// One backend.
pub(crate) struct BackendState {
    pub(crate) segment: Option<Arc<Segment>>,
    /// Why there is no segment.
    pub(crate) reason: Option<String>,
    pub(crate) configured: usize,
    pub(crate) startup_failed: bool,
}

/// Both backends.
pub(crate) struct Partition {
    pub(crate) name: String,
    pub(crate) model: &'static str,
    pub(crate) number: u32,
    pub(crate) backends: [BackendState; 2],
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
        Policy::Unavailable(reason) => ("none", Some(reason)),
    };
    let name = format!("{}:{}", crate::module::start::sapi_name(), std::process::id());
    let number = NUMBER.fetch_add(1, Ordering::Relaxed) + 1;
    let backends = Backend::ALL
        .map(|backend| make(backend, &settings.sizes[backend as usize], refusal.clone(), settings));
    replace(Some(Partition { name, model, number, backends }));
}

/// Gives the partition up. Threads that still use a segment keep it alive.
pub(super) fn remove() {
    replace(None);
}

fn replace(partition: Option<Partition>) {
    let guard = epoch::pin();
    let new =
        partition.map_or_else(epoch::Shared::null, |partition| Owned::new(partition).into_shared(&guard));
    let old = CURRENT.swap(new, Ordering::AcqRel, &guard);
    if !old.is_null() {
        // SAFETY: no longer reachable; readers that loaded it hold guards. Dropped in place when those are gone.
        unsafe { guard.defer_destroy(old) };
    }
    guard.flush();
}

fn make(backend: Backend, size: &Size, refusal: Option<String>, settings: &Settings) -> BackendState {
    let off = |reason: String, configured, startup_failed| BackendState {
        segment: None,
        reason: Some(reason),
        configured,
        startup_failed,
    };
    let mib = match size {
        Size::Mib(mib) => *mib,
        Size::Wrong(reason) => return off(reason.clone(), 0, true),
    };
    let bytes = mib << 20;
    if mib == 0 {
        return off(format!("disabled by opcache.static_cache.{}_size_mb=0", backend.name()), 0, false);
    }
    if let Some(reason) = refusal {
        return off(reason, bytes, false);
    }
    let config = SegmentConfig {
        name: backend.name(),
        size: bytes,
        policy: if backend == Backend::Volatile { Full::Evict } else { Full::Never },
        readers: settings.readers,
        abi_tag: u64::from(c::PHP_VERSION_ID) << 2 | u64::from(c::PHP_ZTS) << 1 | u64::from(c::PHP_DEBUG),
    };
    match Segment::create(&config) {
        Ok(segment) => {
            segment.set_lock_timeout(Duration::from_millis(settings.lock_timeout_ms));
            BackendState { segment: Some(segment), reason: None, configured: bytes, startup_failed: false }
        }
        Err(error) => off(
            format!("no shared memory for opcache.static_cache.{}_size_mb={mib}: {error}", backend.name()),
            bytes,
            true,
        ),
    }
}

/// Why a backend is unavailable, in a message.
pub(crate) fn refusal(backend: Backend) -> String {
    let reason = partition(|partition| partition.backends[backend as usize].reason.clone()).flatten();
    format!("{} cache: {}", backend.name(), reason.as_deref().unwrap_or("not started"))
}
