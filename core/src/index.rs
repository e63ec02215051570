//! From a key to its entry: a fixed table of chains.
//!
//! A bucket and every entry's `next` hold a *link*: the offset of an entry's block in the low 48 bits, 16 bits
//! of its hash above. Every change of the index is one store of one link, so readers, who take no lock, and a
//! process that looks after a crash always find whole chains. Writers of a chain hold its shard's lock; an
//! entry that was taken out keeps its own `next`, so a reader who stands on it finds the way on.
//!
//! Blocks lie at multiples of 16, so the lowest bit of a link is free. It is set only where the entry is the last of its chain:
//! entries come in at the head, so what is last stays last as long as a link leads to it. Where all of a chain is one entry with
//! other bits of its hash, the bucket alone says that a key is absent.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::entry::{Entry, EntryAt};
use crate::epoch::Glance;
use crate::header;
use crate::heap::block::{self, Block};
use crate::layout::{BUCKETS_PER_PAGE, Layout, SHARDS};
use crate::memory::{Memory, Places, Row};

const OFFSET_MASK: u64 = ((1 << 48) - 1) & !LAST;
const TAG_SHIFT: u32 = 48;
/// In a link: nothing comes after the entry. Where an entry became the last by another's removal, the bit is missing, which costs a
/// look at the entry.
const LAST: u64 = 1;
/// Chains end here, whatever their links say. With a bucket for every smallest entry and keyed hashes none comes
/// near; one that damage bent into a circle takes a reader less than a millisecond.
const LONGEST_CHAIN: usize = 1 << 16;

/// How many chains a walk over all of them looks ahead.
const AHEAD: u64 = 12;

/// The chains of one segment, through one of its views.
#[derive(Clone, Copy, Debug)]
struct Chains {
    /// The writable view, for a note of damage.
    memory: Memory,
    /// Behind the headers of blocks.
    entries: Places<Entry>,
    buckets: Row<AtomicU64>,
}

/// The index of one segment, for who changes it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Index {
    chains: Chains,
    touched: u64,
}

/// The index of one segment, for who only looks: through the read-only view, where PHP uses what is found, so that the processor finds
/// out once, and not twice, where the page lies that has an entry and its value. Nothing is written through what it leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Lookups {
    view: Memory,
    chains: Chains,
}

/// Where a link was read, so that it can be replaced.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place<'a>(&'a AtomicU64);

/// Where a chain begins, which was not empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chain<'a>(&'a AtomicU64);

/// An entry and the link that leads to it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) place: Place<'a>,
    pub(crate) at: EntryAt<'a>,
}

/// The link to an entry whose own `next` is this.
fn link(hash: u64, offset: u64, next: u64) -> u64 {
    (hash >> TAG_SHIFT) << TAG_SHIFT | offset | if next == 0 { LAST } else { 0 }
}

/// Whether no entry with this hash is behind a link, as far as the link alone says.
#[inline(always)]
fn excludes(word: u64, hash: u64) -> bool {
    word == 0 || (word & LAST != 0 && (word ^ hash) >> TAG_SHIFT != 0)
}

impl Chains {
    /// Of the segment with this writable view, through `view`.
    fn new(memory: Memory, view: Memory, layout: &Layout) -> Self {
        Self {
            memory,
            entries: Places::new(view, layout.arenas[0].start + block::HEADER..layout.total),
            buckets: Row::new(view, layout.buckets, layout.bucket_count),
        }
    }

    #[inline]
    fn bucket(&self, hash: u64) -> &AtomicU64 {
        self.buckets.of(hash)
    }

    /// The entry that a link leads to; `None` at the end of a chain, and where damage made a link that leads out of
    /// the heap: then the segment is marked for repair.
    #[inline]
    fn follow(&self, word: u64) -> Option<EntryAt<'_>> {
        let offset = word & OFFSET_MASK;
        if let Some(entry) = self.entries.get(offset + block::HEADER) {
            return Some(EntryAt { entry, offset });
        }
        if word != 0 {
            header::distrust(&self.memory);
        }
        None
    }

    #[inline(always)]
    fn chain(&self, hash: u64) -> Option<Chain<'_>> {
        let bucket = self.bucket(hash);
        (!excludes(bucket.load(Ordering::Acquire), hash)).then_some(Chain(bucket))
    }

    #[inline(always)]
    fn find_in<'a>(&'a self, chain: Chain<'a>, hash: u64, space: u8, key: &[u8]) -> Option<Found<'a>> {
        let mut place = chain.0;
        let tag = hash >> TAG_SHIFT;
        for _ in 0..LONGEST_CHAIN {
            // SYNC POINT "reader follows a link": acquires what "writer publishes" released.
            let word = place.load(Ordering::Acquire);
            if excludes(word, hash) {
                return None;
            }
            let at = self.follow(word)?;
            if word >> TAG_SHIFT == tag
                && at.entry.hash.load(Ordering::Relaxed) == hash
                && at.entry.space.load(Ordering::Relaxed) == space
                // SAFETY: the caller's operation or lock protects the entry.
                && unsafe { at.has_key(&self.entries, key) }
            {
                return Some(Found { place: Place(place), at });
            }
            place = &at.entry.next;
        }
        header::distrust(&self.memory);
        None
    }
}

impl Lookups {
    /// Of the segment with this writable view; `view` is the read-only one.
    pub(crate) fn new(memory: Memory, view: Memory, layout: &Layout) -> Self {
        Self { view, chains: Chains::new(memory, view, layout) }
    }

    /// Where [`Self::find`] will begin.
    #[inline(always)]
    pub(crate) fn expect(&self, hash: u64) {
        self.view.expect(self.chains.buckets.offset(self.chains.buckets.number_of(hash)));
    }

    /// Where the chain of a hash begins. `None` if its bucket says that no entry has the hash, for which the caller needs no
    /// operation: a bucket is never used for anything else.
    #[inline(always)]
    pub(crate) fn chain(&self, hash: u64) -> Option<Chain<'_>> {
        self.chains.chain(hash)
    }

    /// Whether a chain begins with an entry of this key that has not expired. The caller is in no operation. False says nothing.
    #[inline(always)]
    pub(crate) fn begins_with(&self, chain: Chain<'_>, hash: u64, space: u8, key: &[u8]) -> bool {
        // Which reads what others write otherwise: a tool that watches for that would report it.
        if cfg!(one_view) {
            return false;
        }
        let glance = Glance::at(chain.0);
        let offset = glance.word() & OFFSET_MASK;
        let Some(entry) = self.chains.entries.get(offset + block::HEADER) else { return false };
        let at = EntryAt { entry, offset };
        entry.hash.load(Ordering::Relaxed) == hash
            && entry.space.load(Ordering::Relaxed) == space
            && at.seems_to_have_key(&self.chains.entries, key)
            && !at.is_expired()
            && glance.holds()
    }

    /// Looks `key` up. The caller is inside an operation.
    #[inline(always)]
    pub(crate) fn find(&self, hash: u64, space: u8, key: &[u8]) -> Option<EntryAt<'_>> {
        self.find_in(Chain(self.chains.bucket(hash)), hash, space, key)
    }

    /// The same in a chain that was looked at before.
    #[inline(always)]
    pub(crate) fn find_in<'a>(
        &'a self,
        chain: Chain<'a>,
        hash: u64,
        space: u8,
        key: &[u8],
    ) -> Option<EntryAt<'a>> {
        Some(self.chains.find_in(chain, hash, space, key)?.at)
    }

    /// Bytes of the block at `offset`, its header included.
    #[inline]
    pub(crate) fn block_bytes(&self, offset: u64) -> u64 {
        self.view.at::<Block>(offset).bytes()
    }
}

impl Index {
    pub(crate) fn new(memory: Memory, layout: &Layout) -> Self {
        Self { chains: Chains::new(memory, memory, layout), touched: layout.touched }
    }

    /// The shard whose lock protects the chain of `hash`.
    #[inline]
    pub(crate) fn shard_of(hash: u64) -> usize {
        hash as usize & (SHARDS - 1)
    }

    #[inline]
    fn bucket(&self, hash: u64) -> &AtomicU64 {
        self.chains.bucket(hash)
    }

    #[inline]
    fn follow(&self, word: u64) -> Option<EntryAt<'_>> {
        self.chains.follow(word)
    }

    /// As [`Lookups::chain`], for who would take a lock otherwise.
    #[inline(always)]
    pub(crate) fn chain(&self, hash: u64) -> Option<Chain<'_>> {
        self.chains.chain(hash)
    }

    /// Looks `key` up. The caller is inside an operation or holds the shard's lock.
    #[inline]
    pub(crate) fn find(&self, hash: u64, space: u8, key: &[u8]) -> Option<Found<'_>> {
        self.find_here(hash, space, key)
    }

    /// The same where each call counts.
    #[inline(always)]
    pub(crate) fn find_here(&self, hash: u64, space: u8, key: &[u8]) -> Option<Found<'_>> {
        self.chains.find_in(Chain(self.bucket(hash)), hash, space, key)
    }

    /// The first entry of this hash that `is_it` picks. Shard lock held.
    pub(crate) fn find_such(
        &self,
        hash: u64,
        space: u8,
        is_it: impl Fn(EntryAt<'_>) -> bool,
    ) -> Option<Found<'_>> {
        let mut place = self.bucket(hash);
        for _ in 0..LONGEST_CHAIN {
            let at = self.follow(place.load(Ordering::Acquire))?;
            if at.entry.hash.load(Ordering::Relaxed) == hash
                && at.entry.space.load(Ordering::Relaxed) == space
                && is_it(at)
            {
                return Some(Found { place: Place(place), at });
            }
            place = &at.entry.next;
        }
        header::distrust(&self.chains.memory);
        None
    }

    /// The link that leads to the very block at `offset`, if the index still has it. Shard lock held.
    pub(crate) fn find_block(&self, hash: u64, offset: u64) -> Option<Found<'_>> {
        let mut place = self.bucket(hash);
        for _ in 0..LONGEST_CHAIN {
            let at = self.follow(place.load(Ordering::Acquire))?;
            if at.offset == offset {
                return Some(Found { place: Place(place), at });
            }
            place = &at.entry.next;
        }
        header::distrust(&self.chains.memory);
        None
    }

    /// Follows every chain and cuts it where `belongs` says no to a link (offset of the block, the hash's upper bits,
    /// number of the bucket). All shards' locks are held.
    pub(crate) fn mend(&self, mut belongs: impl FnMut(u64, u64, u64) -> bool) {
        for page in self.pages() {
            let end = (page + 1) * BUCKETS_PER_PAGE;
            for bucket in page * BUCKETS_PER_PAGE..end {
                // Entries lie anywhere: the next chains' first ones are on their way while this chain is followed.
                let ahead = self.bucket((bucket + AHEAD).min(end - 1)).load(Ordering::Relaxed);
                self.chains.memory.expect((ahead & OFFSET_MASK) + block::HEADER);
                self.mend_chain(bucket, &mut belongs);
            }
        }
    }

    fn mend_chain(&self, bucket: u64, belongs: &mut impl FnMut(u64, u64, u64) -> bool) {
        let mut place = self.bucket(bucket);
        loop {
            let word = place.load(Ordering::Acquire);
            if word == 0 {
                break;
            }
            if !belongs(word & OFFSET_MASK, word >> TAG_SHIFT, bucket) {
                place.store(0, Ordering::Release);
                break;
            }
            let next = &EntryAt::new(&self.chains.memory, word & OFFSET_MASK).entry.next;
            if word & LAST != 0 && next.load(Ordering::Relaxed) != 0 {
                place.store(word & !LAST, Ordering::Release);
            }
            place = next;
        }
    }

    /// Whether an entry with this hash belongs into this bucket, under a link with these upper bits.
    pub(crate) fn is_home(&self, hash: u64, tag: u64, bucket: u64) -> bool {
        self.chains.buckets.number_of(hash) == bucket && hash >> TAG_SHIFT == tag
    }

    /// Puts a new entry at the head of its chain. Shard lock held.
    pub(crate) fn insert(&self, hash: u64, new: EntryAt<'_>) {
        let bucket = self.bucket(hash);
        self.touch(hash);
        let next = bucket.load(Ordering::Relaxed);
        new.entry.next.store(next, Ordering::Relaxed);
        // SYNC POINT "writer publishes": everything in the block happens before the link can be followed.
        bucket.store(link(hash, new.offset, next), Ordering::Release);
    }

    /// Puts `new` in the place of `old`. Shard lock held.
    pub(crate) fn replace(&self, hash: u64, old: Found<'_>, new: EntryAt<'_>) {
        let next = old.at.entry.next.load(Ordering::Relaxed);
        new.entry.next.store(next, Ordering::Relaxed);
        // SYNC POINT "writer publishes".
        old.place.0.store(link(hash, new.offset, next), Ordering::Release);
    }

    /// Takes an entry out of its chain. Shard lock held.
    pub(crate) fn remove(&self, found: Found<'_>) {
        // Release: the next entry, which may have been published by another writer, is passed on.
        found.place.0.store(found.at.entry.next.load(Ordering::Relaxed), Ordering::Release);
    }

    /// Notes that the bucket's page is in use, so that nobody needs to read pages that are not: reading them
    /// would make the kernel provide memory.
    pub(crate) fn touch(&self, hash: u64) {
        let page = self.chains.buckets.number_of(hash) / BUCKETS_PER_PAGE;
        let word: &AtomicU64 = self.chains.memory.at(self.touched + page / 64 * 8);
        let bit = 1 << (page % 64);
        if word.load(Ordering::Relaxed) & bit == 0 {
            word.fetch_or(bit, Ordering::SeqCst);
        }
    }

    /// Notes every page of buckets that has memory, whatever the notes say; `data_at` finds the first place with memory
    /// at or after an offset. All shards' locks are held.
    pub(crate) fn touch_all_in_use(&self, data_at: impl Fn(u64) -> Option<u64>) {
        let (start, end) =
            (self.chains.buckets.offset(0), self.chains.buckets.offset(self.chains.buckets.count()));
        let mut next = start;
        while let Some(found) = data_at(next).filter(|&found| found < end) {
            let bucket = (found.max(next) - start) / 8;
            self.touch(bucket);
            next = self.chains.buckets.offset((bucket / BUCKETS_PER_PAGE + 1) * BUCKETS_PER_PAGE);
        }
    }

    /// The pages of buckets that were ever used.
    pub(crate) fn pages(&self) -> impl Iterator<Item = u64> + '_ {
        let pages = self.chains.buckets.count() / BUCKETS_PER_PAGE;
        (0..pages.div_ceil(64))
            .flat_map(move |at| {
                let word = self.chains.memory.at::<AtomicU64>(self.touched + at * 8).load(Ordering::SeqCst);
                (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| at * 64 + bit)
            })
            // The last word has room for more.
            .filter(move |&page| page < pages)
    }

    /// The entries that the chains of one page lead to. The caller is inside an operation or holds all
    /// shards' locks; the next entry is looked up only after the caller has seen the one before, which may
    /// have been removed meanwhile.
    pub(crate) fn entries_of(&self, page: u64) -> impl Iterator<Item = EntryAt<'_>> + '_ {
        let first = page * BUCKETS_PER_PAGE;
        (first..first + BUCKETS_PER_PAGE).flat_map(move |bucket| {
            let mut place = self.bucket(bucket);
            std::iter::from_fn(move || {
                let at = self.follow(place.load(Ordering::Acquire))?;
                place = &at.entry.next;
                Some(at)
            })
            .take(LONGEST_CHAIN)
        })
    }

    /// Whether every link of a page that says that nothing comes after its entry is right. All shards' locks are held.
    pub(crate) fn ends_are_right(&self, page: u64) -> bool {
        let ends_right = |bucket: u64| {
            let mut place = self.bucket(bucket);
            for _ in 0..LONGEST_CHAIN {
                let word = place.load(Ordering::Acquire);
                let Some(at) = self.follow(word) else { return true };
                if word & LAST != 0 && at.entry.next.load(Ordering::Relaxed) != 0 {
                    return false;
                }
                place = &at.entry.next;
            }
            false
        };
        let first = page * BUCKETS_PER_PAGE;
        (first..first + BUCKETS_PER_PAGE).all(ends_right)
    }

    /// Empties all buckets of a page. All shards' locks are held.
    pub(crate) fn empty_page(&self, page: u64) {
        for bucket in page * BUCKETS_PER_PAGE..(page + 1) * BUCKETS_PER_PAGE {
            self.bucket(bucket).store(0, Ordering::Release);
        }
    }
}
