//! When memory that readers may still look at can be used again.
//!
//! # Protocol
//! One clock per segment counts changes. Three things keep a retired block from being reclaimed:
//!
//! * an **operation**: a reader copies the clock into its slot (`op`), looks something up, and clears it. A
//!   block retired at stamp *s* may be in use by every operation that began at or before *s*.
//! * a **pin**: before its operation ends, a reader that keeps the block appends the block's offset to its
//!   slot's pin list, where it stays until the request ends.
//! * a **request hold**: a reader whose pin list is full (or that has none) publishes the operation's epoch as
//!   `request` instead, which holds everything retired since then.
//!
//! # Why a block is never reclaimed too early
//! Names: reader `R1: op = clock; R2: fence; R3: read link`, writer `W1: link = other; W2: s = clock++`,
//! reclaimer `C1: fence; C2: read op; C3: read pins`, all fences sequentially consistent. Suppose R3 read the
//! link as it was before W1.
//! * If R1 had read a clock value > *s*, R1 would have acquired W2's release, W1 would happen before R3, and R3
//!   could not have read the old link. So the published epoch is ≤ *s*.
//! * If C2 does not see R1's store (nor a later one to the slot), then R2 is after C1 in the order of fences,
//!   so R3 sees everything before C1, W1 among it: contradiction. So C2 sees the operation (epoch ≤ *s*: the
//!   block stays), or a later store to `op`, which the reader made with release order after appending its pin:
//!   C3 then sees the pin.
//!
//! A pin list is only ever appended to within a request and emptied at its end by a release store, so a
//! reclaimer that reads a count reads at least the pins that were there when the matching `op` was cleared, or
//! the request is over. A single pin may be given up before that: its place is emptied, the others do not move, and a
//! later pin may take the place. A reclaimer that reads the list meanwhile sees at each place what was there when the matching
//! `op` was cleared, or what came later, and either is right.
//!
//! Readers without a slot count themselves instead of R1, with the same fence; a reclaimer that sees the count reclaims
//! nothing ([`Slotless`]). Before a fork a second reader takes over what the first keeps; [`Copies`] says why no survey
//! misses both. A reader that keeps nothing, and only asks whether something is there, need not be waited for ([`Glance`]).
//! `tests/loom_epoch.rs` explores the same code exhaustively.

mod clock;
mod glance;
mod overflow;
mod reader;
mod spare;
mod survey;

pub use clock::EpochClock;
pub use glance::{Glance, begin_filling};
pub use overflow::{Copies, Slotless};
pub use reader::Reader;
pub use spare::Spare;
pub use survey::Survey;
