//! The two queues of entries that the volatile policy ([`crate::evict`]) works on, and its memory of what went. And, with either policy,
//! the queue of reservations, of which somebody looks now and then whether they are over ([`crate::reserved`]).
//!
//! All of it belongs to the arena's lock. Blocks join when they are allocated, before they hold an entry, and leave at the latest
//! when they are freed; those that hold none are passed over.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::entry::EntryAt;
use crate::lock::HeapGuard;

/// Which queue a block is in; what [`crate::entry::Entry::queued`] holds, where 0 is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// New entries, a tenth of the arena.
    Small = 1,
    /// What was asked for again.
    Main = 2,
    /// Reservations, and nothing else.
    Reserved = 3,
}

/// Ends of a queue (linked through the entries) and the bytes of its blocks.
#[repr(C)]
pub(crate) struct Queue {
    pub(crate) newest: AtomicU64,
    pub(crate) oldest: AtomicU64,
    pub(crate) bytes: AtomicU64,
}

impl Queue {
    pub(crate) fn reset(&self) {
        for word in [&self.newest, &self.oldest, &self.bytes] {
            word.store(0, Ordering::Relaxed);
        }
    }
}

impl Which {
    pub(crate) fn of(at: EntryAt<'_>) -> Option<Self> {
        match at.entry.queued.load(Ordering::Relaxed) {
            1 => Some(Self::Small),
            2 => Some(Self::Main),
            3 => Some(Self::Reserved),
            _ => None,
        }
    }
}

impl HeapGuard<'_> {
    pub(crate) fn queue(&self, which: Which) -> &Queue {
        &self.heap.control().queues[which as usize - 1]
    }

    /// Puts a block that is in no list yet into those that it belongs to; hash, expiry and space are written.
    pub(crate) fn enlist(&self, at: EntryAt<'_>) {
        if at.is_reservation() {
            self.enqueue(at, Which::Reserved);
        } else if self.segment.evicts {
            let is_remembered = self.forget(at.entry.hash.load(Ordering::Relaxed));
            self.enqueue(at, if is_remembered { Which::Main } else { Which::Small });
        }
        self.file_if_it_expires(at);
    }

    /// The same for a block that was in `which`, if that is still known.
    pub(crate) fn enlist_again(&self, at: EntryAt<'_>, which: Option<Which>) {
        if at.is_reservation() {
            self.enqueue(at, Which::Reserved);
        } else if self.segment.evicts {
            let which = which.filter(|which| *which != Which::Reserved);
            self.enqueue(at, which.unwrap_or(Which::Small));
        }
        self.file_if_it_expires(at);
    }

    /// Lets the block join at the newest end.
    pub(crate) fn enqueue(&self, at: EntryAt<'_>, which: Which) {
        let queue = self.queue(which);
        let newest = queue.newest.load(Ordering::Relaxed);
        at.entry.older.store(newest, Ordering::Relaxed);
        at.entry.newer.store(0, Ordering::Relaxed);
        if newest == 0 {
            queue.oldest.store(at.offset, Ordering::Relaxed);
        } else if let Some(newest) = self.queued(newest) {
            newest.entry.newer.store(at.offset, Ordering::Relaxed);
        }
        queue.newest.store(at.offset, Ordering::Relaxed);
        at.entry.queued.store(which as u8, Ordering::Relaxed);
        self.weigh(queue, at, true);
    }

    /// Gives the block back its place at the oldest end.
    pub(crate) fn enqueue_as_oldest(&self, at: EntryAt<'_>, which: Which) {
        let queue = self.queue(which);
        let oldest = queue.oldest.load(Ordering::Relaxed);
        at.entry.newer.store(oldest, Ordering::Relaxed);
        at.entry.older.store(0, Ordering::Relaxed);
        if oldest == 0 {
            queue.newest.store(at.offset, Ordering::Relaxed);
        } else if let Some(oldest) = self.queued(oldest) {
            oldest.entry.older.store(at.offset, Ordering::Relaxed);
        }
        queue.oldest.store(at.offset, Ordering::Relaxed);
        at.entry.queued.store(which as u8, Ordering::Relaxed);
        self.weigh(queue, at, true);
    }

    /// Takes the block out, wherever it stands. Which queue it was in; `None` also where the links contradict each other.
    pub(crate) fn dequeue(&self, at: EntryAt<'_>) -> Option<Which> {
        let which = Which::of(at)?;
        at.entry.queued.store(0, Ordering::Relaxed);
        let (newer, older) = self.neighbours(at)?;
        self.join(self.queue(which), (newer, older), (older, newer));
        self.weigh(self.queue(which), at, false);
        Some(which)
    }

    /// Puts an entry into the place that another one has.
    pub(crate) fn replace_in_queue(&self, old: EntryAt<'_>, new: EntryAt<'_>) {
        new.entry.queued.store(0, Ordering::Relaxed);
        let Some(which) = Which::of(old) else { return };
        let queue = self.queue(which);
        old.entry.queued.store(0, Ordering::Relaxed);
        new.entry.queued.store(which as u8, Ordering::Relaxed);
        let Some((newer, older)) = self.neighbours(old) else { return };
        new.entry.newer.store(newer, Ordering::Relaxed);
        new.entry.older.store(older, Ordering::Relaxed);
        self.join(queue, (newer, older), (new.offset, new.offset));
        self.weigh(queue, old, false);
        self.weigh(queue, new, true);
    }

    /// The newer and the older neighbour, 0 at an end; `None` where the links contradict each other.
    fn neighbours(&self, at: EntryAt<'_>) -> Option<(u64, u64)> {
        let newer = at.entry.newer.load(Ordering::Relaxed);
        let older = at.entry.older.load(Ordering::Relaxed);
        self.are_links([newer, older]).then_some((newer, older))
    }

    /// Gives two neighbours, or the ends of the queue in their place, what they are to see between them: the newer one what
    /// is older than it, the older one what is newer.
    fn join(&self, queue: &Queue, (newer, older): (u64, u64), (to_newer, to_older): (u64, u64)) {
        let memory = &self.segment.memory;
        if newer == 0 {
            queue.newest.store(to_newer, Ordering::Relaxed);
        } else {
            EntryAt::new(memory, newer).entry.older.store(to_newer, Ordering::Relaxed);
        }
        if older == 0 {
            queue.oldest.store(to_older, Ordering::Relaxed);
        } else {
            EntryAt::new(memory, older).entry.newer.store(to_older, Ordering::Relaxed);
        }
    }

    fn weigh(&self, queue: &Queue, at: EntryAt<'_>, joins: bool) {
        let (now, bytes) = (queue.bytes.load(Ordering::Relaxed), self.heap.block(at.offset).bytes());
        let then = if joins { now.wrapping_add(bytes) } else { now.wrapping_sub(bytes) };
        queue.bytes.store(then, Ordering::Relaxed);
    }

    /// Remembers for a while that a key went unread.
    pub(crate) fn remember(&self, hash: u64, bytes: u64) {
        let gone = &self.heap.control().gone_bytes;
        let now = gone.load(Ordering::Relaxed).wrapping_add(bytes);
        gone.store(now, Ordering::Relaxed);
        self.ghost(hash).store(fingerprint(hash) | self.stamp(now), Ordering::Relaxed);
    }

    /// Whether the key went not long ago; forgets that.
    fn forget(&self, hash: u64) -> bool {
        let ghost = self.ghost(hash);
        let word = ghost.load(Ordering::Relaxed);
        if word == 0 || (word ^ fingerprint(hash)) >> 32 != 0 {
            return false;
        }
        ghost.store(0, Ordering::Relaxed);
        let now = self.stamp(self.heap.control().gone_bytes.load(Ordering::Relaxed));
        // As much again as the main queue has may have gone since.
        now.wrapping_sub(word) & STAMP_MASK <= self.stamp(self.heap.size() / 10 * 9)
    }

    fn ghost(&self, hash: u64) -> &AtomicU64 {
        let ghosts = self.heap.ghosts();
        &ghosts[(hash >> 20) as usize & (ghosts.len() - 1)]
    }

    /// A moment, as bytes that had gone by then, good to a unit of the heap.
    fn stamp(&self, bytes: u64) -> u64 {
        (bytes / crate::heap::UNIT) & STAMP_MASK
    }
}

const STAMP_MASK: u64 = u32::MAX as u64;

/// What tells keys apart that share a place: never 0.
fn fingerprint(hash: u64) -> u64 {
    (hash.rotate_left(32) | 1) & !STAMP_MASK | 1 << 63
}
