//! A shared-memory cache that readers use without locks and without copies.
//!
//! A [`Segment`] is one block of memory that a process and everything it forks share. Each thread opens a
//! [`Session`] on it. Values are bytes, written in place by whoever stores them and read in place, through a
//! read-only mapping that has the same address in every process; what they mean is the embedder's business
//! ([`value`] offers serde for those who have no format of their own).
//!
//! ```
//! use static_cache_core::{Mode, Policy, Segment, SegmentConfig, Session, Space};
//!
//! # fn main() -> Result<(), static_cache_core::Error> {
//! let config = SegmentConfig { name: "demo", size: 1 << 20, policy: Policy::Evict, readers: 8, abi_tag: 0 };
//! let mut session = Session::new(Segment::create(&config)?);
//!
//! let mut draft = session.prepare(Space::Key, b"greeting", 0, 0, 5, None)?;
//! draft.payload_mut().copy_from_slice(b"hello");
//! session.commit(draft, Mode::Put)?;
//!
//! let hit = session.fetch(Space::Key, b"greeting").expect("just stored");
//! assert_eq!(session.payload(&hit), Some(&b"hello"[..]));
//! # Ok(())
//! # }
//! ```
//!
//! How it works, and why it is right, is in `docs/design.md`.

#[cfg(not(loom))]
mod audit;
// What the loom models do not need refers to shared memory and the operating system, which loom has none of.
#[cfg_attr(loom, allow(dead_code))]
pub mod epoch;
mod sync;

#[cfg(not(loom))]
mod compact;
#[cfg(not(loom))]
mod copy;
#[cfg(not(loom))]
mod demand;
#[cfg(not(loom))]
mod entry;
#[cfg(not(loom))]
mod error;
#[cfg(not(loom))]
mod evict;
#[doc(hidden)]
pub mod fault;
#[cfg(not(loom))]
mod hash;
#[cfg(not(loom))]
mod haste;
#[cfg(not(loom))]
mod header;
#[cfg(not(loom))]
mod heap;
#[cfg(not(loom))]
mod index;
#[cfg(not(loom))]
mod layout;
#[cfg(not(loom))]
mod limit;
#[cfg(not(loom))]
mod lock;
#[cfg(not(loom))]
mod memory;
#[cfg_attr(loom, allow(dead_code))]
#[doc(hidden)]
pub mod protocol;
#[cfg(not(loom))]
mod queue;
#[cfg(not(loom))]
mod queue_links;
#[cfg(not(loom))]
mod recover;
#[cfg(not(loom))]
mod reserved;
#[cfg(not(loom))]
mod retire;
#[cfg(not(loom))]
mod room;
#[cfg(not(loom))]
mod same;
#[cfg(not(loom))]
mod seed;
#[cfg(not(loom))]
mod segment;
#[cfg(not(loom))]
mod session;
#[cfg(not(loom))]
mod shard;
#[cfg(not(loom))]
mod slots;
#[cfg(not(loom))]
mod stats;
#[cfg(not(loom))]
mod sys;
#[cfg(not(loom))]
pub mod value;
#[cfg(not(loom))]
mod wheel;

#[cfg(not(loom))]
#[doc(hidden)]
pub use self::sys::clock::{advance as advance_clock, of_thread as thread_time};
#[cfg(not(loom))]
pub use self::sys::fork::watch as watch_forks;
#[cfg(not(loom))]
pub use self::sys::known::KnownFile;
#[cfg(not(loom))]
pub use self::sys::map::{AddressRange, page_size};
#[cfg(not(loom))]
pub use self::{
    audit::Audit,
    compact::Relocate,
    copy::copy_run,
    demand::Demand,
    entry::Space,
    error::Error,
    haste::{wait_once, waits_in_vain},
    same::is_same_short,
    seed::{Claiming, Seed},
    segment::{Policy, Segment, SegmentConfig},
    session::{
        Draft, Hit, Increment, KeyHash, Mode, Promise, Reservation, Session, Stored, release_unreferenced,
    },
    stats::Stats,
};
