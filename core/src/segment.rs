//! One backend's shared memory: making it, attaching to it, locking it.

use std::fs::File;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use crate::compact::Relocate;
use crate::error::Error;
use crate::fault::step;
use crate::hash::{self, KeyHasher};
use crate::header::Header;
use crate::heap::{Block, Heap};
use crate::index::{Index, Lookups};
use crate::layout::{ARENAS, Layout, PAGE, SHARD_SIZE, SHARDS};
use crate::memory::{Memory, Row};
use crate::shard::Shard;
use crate::slots::Slots;
use crate::sys::known::KnownFile;
use crate::sys::map::{AddressRange, Views};
use crate::sys::robust::{self, RobustMutex};
use crate::sys::{fork, memfd};

/// Why memory with such a lock is not used.
pub(crate) const OTHER_LOCK: &str = "a lock is not of the kind that this C library makes";

/// What happens when memory is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum Policy {
    /// Entries that were not read lately make room.
    Evict = 1,
    /// The store fails and changes nothing.
    Never = 2,
}

/// How to make a segment.
#[derive(Debug, Clone)]
pub struct SegmentConfig {
    /// Shows up in `/proc/<pid>/maps` and in messages.
    pub name: &'static str,
    /// Bytes for entries. Bookkeeping comes on top and is touched only as it is used.
    pub size: usize,
    /// What happens when the bytes are used up.
    pub policy: Policy,
    /// Reader slots with a pin list; four times as many, and 1,023 at least, without one come on top.
    pub readers: u32,
    /// Who can read the payloads: attaching with another tag fails.
    pub abi_tag: u64,
}

/// A segment, mapped into this process.
#[derive(Debug)]
// In this order: the first look-up of a request finds nothing in the processor's caches, and what it needs of this lies together.
#[repr(C, align(64))]
pub struct Segment {
    pub(crate) lookups: Lookups,
    pub(crate) hasher: KeyHasher,
    pub(crate) memory: Memory,
    readable_base: usize,
    pub(crate) slots: Slots,
    pub(crate) name: &'static str,
    pub(crate) layout: Layout,
    pub(crate) arenas: [Heap; ARENAS],
    pub(crate) index: Index,
    shards: Row<Shard>,
    pub(crate) evicts: bool,
    pub(crate) relocate: OnceLock<Relocate>,
    lock_timeout_ns: AtomicU64,
    file: KnownFile,
    // Last: unmapped when everything else is gone.
    views: Views,
}

impl Segment {
    /// Makes an empty segment for this process and those that are forked from it: by its descriptor it can only be read.
    /// Touches a few pages, whatever its size.
    ///
    /// # Errors
    /// [`Error::Config`] for impossible sizes, [`Error::Os`] when the kernel refuses, also to hand locks of processes that die on.
    pub fn create(config: &SegmentConfig) -> Result<Arc<Self>, Error> {
        let range = AddressRange::reserve(Self::mapped_size(config)?)?;
        let segment = Self::make(config, range)?;
        memfd::finish(segment.file())?;
        Ok(segment)
    }

    /// Bytes of address space that a segment takes per view.
    ///
    /// # Errors
    /// [`Error::Config`] for impossible sizes.
    pub fn mapped_size(config: &SegmentConfig) -> Result<usize, Error> {
        Ok(Layout::new(config.size as u64, config.readers)?.total as usize)
    }

    /// Makes an empty segment whose read-only view lies at the start of `range`, and that others can [attach](Self::attach)
    /// to by its descriptor.
    ///
    /// # Errors
    /// As for [`Self::create`].
    pub fn create_in(config: &SegmentConfig, range: AddressRange) -> Result<Arc<Self>, Error> {
        let segment = Self::make(config, range)?;
        memfd::size_and_seal(segment.file(), segment.layout.total as usize)?;
        Ok(segment)
    }

    fn make(config: &SegmentConfig, range: AddressRange) -> Result<Arc<Self>, Error> {
        robust::check_handed_on()?;
        let layout = Layout::new(config.size as u64, config.readers)?;
        let total = layout.total as usize;
        let file = memfd::create(&format!("static-cache-{}", config.name), total)?;
        let views = Views::map(&file, total, range)?;
        // SAFETY: the views map `total` bytes and live as long as the segment that gets them below.
        let memory = unsafe { Memory::new(views.writable_base(), total) };
        format(&memory, config, &layout, views.readable_base() as u64)?;
        Ok(Arc::new(Self::assemble(config, memory, layout, file, views)))
    }

    /// Maps a segment that another process made, its read-only view at the start of `range`, which must be the
    /// address that it has there (reserve it before forking).
    ///
    /// # Errors
    /// [`Error::Corrupt`] when the file is not such a segment: every value of its header is checked against
    /// `config`, the file's length and the addresses of this process, and none is trusted before.
    pub fn attach(config: &SegmentConfig, file: File, range: AddressRange) -> Result<Arc<Self>, Error> {
        robust::check_handed_on()?;
        memfd::check_sealed(&file)?;
        let total = memfd::len(&file)?;
        if total < PAGE as usize {
            return Err(Error::Corrupt("shorter than its header"));
        }
        let views = Views::map(&file, total, range)?;
        // SAFETY: the views map `total` bytes (the file's own length) and live as long as the segment.
        let memory = unsafe { Memory::new(views.writable_base(), total) };
        let layout = Header::check(&memory, config, views.readable_base() as u64)?;
        let segment = Self::assemble(config, memory, layout, file, views);
        segment.check_locks()?;
        Ok(Arc::new(segment))
    }

    /// Whether what must never change in a lock is what this C library makes it: another kind of lock would make the
    /// library believe words that it never checks.
    fn check_locks(&self) -> Result<(), Error> {
        let mut locks = self
            .shards()
            .map(|shard| &shard.lock)
            .chain(self.arenas.iter().map(|arena| &arena.control().lock));
        if locks.all(RobustMutex::is_formatted) && self.slots.are_formatted() {
            Ok(())
        } else {
            Err(Error::Corrupt(OTHER_LOCK))
        }
    }

    /// The end of growing a seed, under the seed's lock: attaches to what is published, and formats what is not, from
    /// the beginning, since whoever formatted before may have died half-way.
    pub(crate) fn make_or_attach(
        config: &SegmentConfig,
        file: File,
        range: AddressRange,
    ) -> Result<Arc<Self>, Error> {
        robust::check_handed_on()?;
        let total = memfd::len(&file)?;
        let views = Views::map(&file, total, range)?;
        // SAFETY: as in `attach`.
        let memory = unsafe { Memory::new(views.writable_base(), total) };
        let base = views.readable_base() as u64;
        let layout = if Header::is_published(&memory) {
            Header::check(&memory, config, base)?
        } else {
            let layout = Layout::new(config.size as u64, config.readers)?;
            memfd::empty_from(&file, PAGE, total as u64 - PAGE)?;
            Header::erase(&memory);
            format(&memory, config, &layout, base)?;
            step!("seed: published");
            layout
        };
        let segment = Self::assemble(config, memory, layout, file, views);
        segment.check_locks()?;
        Ok(Arc::new(segment))
    }

    fn assemble(config: &SegmentConfig, memory: Memory, layout: Layout, file: File, views: Views) -> Self {
        fork::watch();
        let header: &Header = memory.at(0);
        let (hasher, evicts) = (header.hasher(), header.evicts());
        let view = if cfg!(one_view) {
            memory
        } else {
            // SAFETY: the view maps as many bytes, for as long; `Lookups` only reads through it.
            unsafe { Memory::new(views.readable_base() as *mut u8, memory.len()) }
        };
        Self {
            name: config.name,
            arenas: layout.arenas.map(|arena| Heap::new(memory, &arena)),
            index: Index::new(memory, &layout),
            lookups: Lookups::new(memory, view, &layout),
            slots: Slots::new(memory, &layout),
            shards: Row::new(memory, layout.shards, SHARDS as u64),
            hasher,
            evicts,
            relocate: OnceLock::new(),
            memory,
            layout,
            lock_timeout_ns: AtomicU64::new(5_000_000_000),
            readable_base: views.readable_base(),
            file: KnownFile::new(file),
            views,
        }
    }

    /// The name it was made with.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The addresses of the read-only view: payloads lie in it, at the same place in every process.
    #[must_use]
    pub fn read_only_range(&self) -> Range<usize> {
        self.readable_base..self.readable_base + self.layout.total as usize
    }

    /// Where it is mapped: the read-only view and the writable one.
    #[must_use]
    pub fn views(&self) -> [Range<usize>; 2] {
        let len = self.layout.total as usize;
        [self.readable_base, self.views.writable_base() as usize].map(|base| base..base + len)
    }

    /// The memory file. Its descriptor is another file's once somebody has closed it who does not own it, and opened something else.
    #[must_use]
    pub fn file(&self) -> &File {
        self.file.unchecked()
    }

    /// The memory file, unless that has happened.
    pub(crate) fn file_if_open(&self) -> Option<&File> {
        self.file.get()
    }

    /// Bounds every wait of this process for a lock or a reservation. Default: 5 s.
    pub fn set_lock_timeout(&self, timeout: Duration) {
        self.lock_timeout_ns.store(timeout.as_nanos() as u64, Ordering::Relaxed);
    }

    /// Lets this process move payloads to where there is room, so that free memory in small pieces can be used. To be called once,
    /// before the segment is used; payloads that contain no addresses need a function that just says true.
    pub fn allow_moving(&self, relocate: Relocate) {
        let _ = self.relocate.set(relocate);
    }

    pub(crate) fn lock_timeout(&self) -> Duration {
        Duration::from_nanos(self.lock_timeout_ns.load(Ordering::Relaxed))
    }

    #[inline]
    pub(crate) fn header(&self) -> &Header {
        self.memory.at(0)
    }

    #[inline]
    pub(crate) fn shard(&self, index: usize) -> &Shard {
        self.shards.get(index as u64)
    }

    pub(crate) fn shards(&self) -> impl Iterator<Item = &Shard> + '_ {
        (0..SHARDS).map(|index| self.shard(index))
    }

    /// The arena that has the block at `offset`.
    #[inline]
    pub(crate) fn heap_of(&self, offset: u64) -> &Heap {
        let [first, second] = &self.arenas;
        if second.has(offset) { second } else { first }
    }

    /// The block at `offset`.
    #[inline]
    pub(crate) fn block(&self, offset: u64) -> &Block {
        self.memory.at(offset)
    }

    /// All blocks.
    pub(crate) fn walk(&self) -> impl Iterator<Item = u64> + '_ {
        self.arenas.iter().flat_map(Heap::walk)
    }

    /// Where the byte at `offset` of the segment is seen through the read-only view.
    #[inline]
    pub(crate) fn readable(&self, offset: u64) -> usize {
        self.readable_base + offset as usize
    }

    /// Counts a store that failed before it reached this crate.
    pub fn count_store_failure(&self) {
        self.header().counters.0.store_failures.fetch_add(1, Ordering::Relaxed);
    }

    /// Takes a failure back: the store was tried again.
    pub fn forgive_store_failure(&self) {
        self.header().counters.0.store_failures.fetch_sub(1, Ordering::Relaxed);
    }

    /// Counts a publication that failed.
    pub fn count_publish_failure(&self) {
        self.header().counters.0.publish_failures.fetch_add(1, Ordering::Relaxed);
    }
}

/// Formats zeroed memory. Nobody else has the segment yet.
fn format(memory: &Memory, config: &SegmentConfig, layout: &Layout, base: u64) -> Result<(), Error> {
    debug_assert!(base.is_multiple_of(PAGE));
    let header: &Header = memory.at(0);
    header.format(config, layout, base, hash::random_seeds()?);
    step!("seed: header");
    for arena in &layout.arenas {
        let heap = Heap::new(*memory, arena);
        // SAFETY: the segment is not shared before `publish`.
        unsafe { heap.control().lock.init()? };
        heap.format();
    }
    step!("seed: heap");
    for index in 0..SHARDS {
        let shard: &Shard = memory.at(layout.shards + index as u64 * SHARD_SIZE);
        // SAFETY: as above.
        unsafe { shard.lock.init()? };
    }
    header.publish();
    Ok(())
}
