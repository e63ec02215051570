//! Address space that the master keeps for the read-only views, so that all workers have them at one address.
//!
//! It is reserved before the first fork: whatever else wants much of it at start-up (OPcache) has it by then, and must not
//! be left without because of a cache.

use static_cache_core::{AddressRange, Error, Segment, page_size};

use crate::ini::{LARGEST_MIB, MOST_READERS, Settings, Size};
use crate::module::{Backend, config_of};

/// Of what a limit leaves free, ranges that are larger than the configured sizes take this part, each: both together, with
/// the writable views that belong to them, half of it.
const PART: usize = 8;

/// The two ranges.
pub(super) struct Ranges {
    pub(super) of: [Option<AddressRange>; 2],
    /// Why one is missing.
    pub(super) missing: String,
}

impl Ranges {
    pub(super) const NONE: Self = Self { of: [None, None], missing: String::new() };

    /// Pools' sizes are not known yet. Where addresses are not limited there are enough of them for any size; else for the
    /// sizes in php.ini and, where much is free, for larger ones of pools.
    pub(super) fn reserve(settings: &Settings) -> Self {
        let Some(limit) = limit() else { return Self::largest() };
        let used = in_use().unwrap_or(limit / 2);
        let free = limit.saturating_sub(used);
        let needs = Backend::ALL.map(|backend| needed(backend, settings));
        if needs == [0, 0] {
            return Self {
                of: [None, None],
                missing: format!(
                    "no address space was reserved at start-up, since it is limited to {limit} bytes (ulimit -v, RLIMIT_AS) and php.ini has no sizes above 0"
                ),
            };
        }
        let part = free / PART / page_size() * page_size();
        // Each view takes what the other takes.
        let fits = needs.iter().sum::<usize>().saturating_mul(2) <= free;
        let of = needs.map(|need| AddressRange::reserve(if fits { need.max(part) } else { part }).ok());
        let missing = format!(
            "no address space was left at start-up: of {limit} bytes (ulimit -v, RLIMIT_AS) {used} were in use"
        );
        Self { of, missing }
    }

    fn largest() -> Self {
        let config = config_of(Backend::Pinned, LARGEST_MIB << 20, MOST_READERS as u32);
        let range =
            || Segment::mapped_size(&config).and_then(|most| AddressRange::reserve_up_to(most, 16 << 20));
        let mut missing = String::new();
        let of = [(); 2].map(|()| {
            range()
                .map_err(|error| missing = format!("no address space could be reserved at start-up: {error}"))
                .ok()
        });
        Self { of, missing }
    }

    /// Gives back what a worker's sizes do not need, before anything is mapped: there may be little else.
    pub(super) fn shorten(&mut self, settings: &Settings) {
        for (range, backend) in self.of.iter_mut().zip(Backend::ALL) {
            match needed(backend, settings) {
                0 => *range = None,
                need => range.iter_mut().for_each(|range| range.shorten(need)),
            }
        }
    }

    /// The range of a backend.
    pub(super) fn take(&mut self, backend: Backend) -> Result<AddressRange, Error> {
        self.of[backend as usize].take().ok_or_else(|| Error::Config(self.missing.clone()))
    }
}

/// Bytes per view of a backend; 0 when it is off.
fn needed(backend: Backend, settings: &Settings) -> usize {
    match &settings.sizes[backend as usize] {
        Size::Mib(mib) if *mib > 0 => {
            Segment::mapped_size(&config_of(backend, mib << 20, settings.readers)).unwrap_or(0)
        }
        _ => 0,
    }
}

/// How much address space this process may have; `None` when that is not limited.
fn limit() -> Option<usize> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: a valid place for the result.
    let known = unsafe { libc::getrlimit(libc::RLIMIT_AS, &raw mut limit) } == 0;
    (known && limit.rlim_cur != libc::RLIM_INFINITY).then_some(limit.rlim_cur as usize)
}

/// How much it has.
fn in_use() -> Option<usize> {
    let text = std::fs::read_to_string("/proc/self/statm").ok()?;
    Some(text.split(' ').next()?.parse::<usize>().ok()? * page_size())
}
