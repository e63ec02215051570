//! What the engine's allocator has free, in the heap of this thread: words that nobody will read again.
//!
//! A search of the process for addresses of what a request fetched would find those that dropped objects and arrays leave
//! behind: the allocator does not clear what it takes back, and a process that once needed much memory keeps most of it.
//!
//! The allocator's structures are its own. So nothing of them is known here but what [`mod@learn`] has found out in this process, by
//! allocating and freeing; each step from one to the next is checked, and where anything is different from what was found out,
//! nothing is left out of the search.
//!
//! What there is: the heap has *chunks* of 2 MB, in a ring. A chunk's first page says which of its pages are in use. A few pages
//! together are cut in *slots* of one size, a *bin*; those that are free form a list by their first words.

mod learn;

use std::cell::Cell;
use std::ffi::c_void;
use std::ops::Range;
use std::sync::OnceLock;
use std::time::Duration;

use static_cache_core::thread_time;

unsafe extern "C" {
    fn zend_mm_get_heap() -> *mut c_void;
    fn zend_mm_is_custom_heap(heap: *mut c_void) -> bool;
}

const CHUNK: usize = 2 << 20;
const PAGE: usize = 4096;
const PAGES: usize = CHUNK / PAGE;
const WORD: usize = size_of::<usize>();
/// An entry of a chunk's map: the first page of an allocation of so many pages, or a page of slots of a bin.
const RUN: u32 = 0x4000_0000;
const SLOTS: u32 = 0x8000_0000;
const BIN: u32 = 0x1f;
/// So many slots of each list are looked at in turn.
const TURN: usize = 256;
/// The next slot of a list may be anywhere, so millions that were freed out of order take seconds. What a walk over the lists may take
/// of the processor:
const LONGEST: Duration = Duration::from_millis(250);
/// of that, in turns that find nothing to clear,
const LONGEST_IN_VAIN: Duration = Duration::from_millis(50);
/// and in a thread that has not found anything for a while.
const SHORTEST_IN_VAIN: Duration = Duration::from_millis(3);
/// More chunks are not looked at: a search would take too long as well.
const MOST_CHUNKS: usize = 64 << 10;

/// Where things are, from a chunk's begin or from the heap's.
#[derive(Debug)]
struct Layout {
    /// In a chunk: a bit for each page that is in use, followed by a word of 32 bits for each page.
    in_use: usize,
    /// In a chunk: how many pages are free.
    free_pages: usize,
    /// In the heap: the first chunk of the ring. It is followed by the list of those that wait for being used again, and three
    /// counts: of the ring, the most there were, and of that list.
    first: usize,
    /// In the heap: the first bin's list. The others follow.
    lists: usize,
    /// For each bin, which bytes of a free slot the allocator does not use.
    unused: Vec<Range<usize>>,
}

static LAYOUT: OnceLock<Option<Layout>> = OnceLock::new();

/// Finds out how the allocator works. At start-up, when memory is to be had; once for the process.
pub(crate) fn learn() {
    LAYOUT.get_or_init(learn::layout);
}

/// Clears addresses within `views` where the allocator of this thread has them in free slots, and gives what is free in larger pieces.
/// Not while the allocator is at work.
pub(crate) fn clear(views: &[Range<usize>]) -> Vec<Range<usize>> {
    if let Some(Some(layout)) = LAYOUT.get()
        && let Some(heap) = Heap::of_this_thread()
        && let Some(free) = heap.free_pages(layout)
    {
        heap.clear_slots(layout, &free.chunks, views);
        return free.pieces;
    }
    Vec::new()
}

/// A chunk's first page, as it was when it was read.
struct Head([usize; PAGE / WORD]);

impl Head {
    /// `None` where nothing is, which only happens if something was not what it was taken for.
    fn read(chunk: usize) -> Option<Self> {
        let mut words = [0; PAGE / WORD];
        let local = libc::iovec { iov_base: words.as_mut_ptr().cast(), iov_len: PAGE };
        let remote = libc::iovec { iov_base: chunk as *mut _, iov_len: PAGE };
        // SAFETY: writes at most that many bytes to an array of them; the other address is the kernel's to check.
        let read =
            unsafe { libc::process_vm_readv(libc::getpid(), &raw const local, 1, &raw const remote, 1, 0) };
        (read == PAGE as isize).then_some(Self(words))
    }

    /// The word at so many bytes.
    fn word(&self, at: usize) -> usize {
        self.0[at / WORD]
    }

    /// The 32 bits at so many bytes. (Little-endian, as all that the search knows.)
    fn half(&self, at: usize) -> u32 {
        (self.word(at) >> (8 * (at % WORD))) as u32
    }

    fn is_in_use(&self, bits: usize, page: usize) -> bool {
        self.word(bits + page / 64 * WORD) >> (page % 64) & 1 != 0
    }

    /// How many pages are free, by the bits.
    fn count_free(&self, bits: usize) -> u32 {
        (0..PAGES / 64).map(|at| self.word(bits + at * WORD).count_zeros()).sum()
    }

    /// A page's entry in the map behind the bits.
    fn entry(&self, bits: usize, page: usize) -> u32 {
        self.half(bits + PAGES / 8 + 4 * page)
    }
}

struct Free {
    /// Chunks of the ring, in order of their addresses.
    chunks: Vec<(usize, Head)>,
    /// Free pages of theirs, and chunks that are not used.
    pieces: Vec<Range<usize>>,
}

/// The heap of this thread, which lies in the first page of one of its own chunks.
struct Heap {
    chunk: usize,
    /// The heap's place in that.
    at: usize,
}

impl Heap {
    /// `None` for one that an extension (or `USE_ZEND_ALLOC=0`) has put in the allocator's place.
    fn of_this_thread() -> Option<Self> {
        // SAFETY: questions; each thread that runs PHP has a heap.
        let (heap, is_custom) = unsafe {
            let heap = zend_mm_get_heap();
            (heap.addr(), heap.is_null() || zend_mm_is_custom_heap(heap))
        };
        let heap = Self { chunk: heap & !(CHUNK - 1), at: heap & (CHUNK - 1) };
        let is_known = !is_custom && heap.at.is_multiple_of(WORD) && (WORD..PAGE).contains(&heap.at);
        (is_known && Head::read(heap.chunk)?.word(0) == heap.address()).then_some(heap)
    }

    fn address(&self) -> usize {
        self.chunk + self.at
    }

    /// `None` if anything is not as it should be.
    fn free_pages(&self, layout: &Layout) -> Option<Free> {
        let bits = layout.in_use;
        let mut free = Free { chunks: Vec::new(), pieces: Vec::new() };
        let (mut chunk, mut before) = (self.chunk, None);
        loop {
            let head = Head::read(chunk)?;
            let is_one = head.word(0) == self.address()
                && before.is_none_or(|before| head.word(2 * WORD) == before)
                && head.entry(bits, 0) == RUN + 1
                && head.is_in_use(bits, 0)
                && head.half(layout.free_pages) == head.count_free(bits);
            if !is_one || free.chunks.len() == MOST_CHUNKS {
                return None;
            }
            let mut page = 0;
            while page < PAGES {
                let first = page;
                while page < PAGES && !head.is_in_use(bits, page) {
                    page += 1;
                }
                if page > first {
                    free.pieces.push(chunk + first * PAGE..chunk + page * PAGE);
                }
                page += 1;
            }
            before = Some(chunk);
            let next = head.word(WORD);
            free.chunks.push((chunk, head));
            chunk = next;
            if chunk == self.chunk {
                break;
            }
            if !chunk.is_multiple_of(CHUNK) {
                return None;
            }
        }
        let heap = &free.chunks.first()?.1;
        let counts = self.at + layout.first + 2 * WORD;
        if heap.word(self.at + layout.first) != self.chunk || heap.half(counts) as usize != free.chunks.len()
        {
            return None;
        }
        let (mut unused, count) = (heap.word(self.at + layout.first + WORD), heap.half(counts + 8));
        for _ in 0..count {
            if unused == 0 || !unused.is_multiple_of(CHUNK) {
                return None;
            }
            free.pieces.push(unused..unused + CHUNK);
            unused = Head::read(unused)?.word(WORD);
        }
        free.chunks.sort_unstable_by_key(|(chunk, _)| *chunk);
        (unused == 0).then_some(free)
    }

    /// Turn by turn: the slots that were freed last head the lists, and most likely hold such addresses.
    fn clear_slots(&self, layout: &Layout, chunks: &[(usize, Head)], views: &[Range<usize>]) {
        let Ok(own) = chunks.binary_search_by_key(&self.chunk, |(chunk, _)| *chunk) else { return };
        let first = |bin: usize| chunks[own].1.word(self.at + layout.lists + bin * WORD);
        let mut lists: Vec<_> =
            (0..layout.unused.len()).map(|bin| List { bin, slot: first(bin), chunk: own }).collect();
        let mut patience = Patience::of_walk(chunks.len());
        // Each list has at least one.
        while !lists.is_empty() && !patience.is_over() {
            let mut at = 0;
            while at < lists.len() {
                let Some(cleared) = lists[at].clear_some(layout, chunks, views) else { return };
                patience.after_turn(cleared);
                if lists[at].slot == 0 {
                    lists.swap_remove(at);
                } else {
                    at += 1;
                }
            }
        }
    }
}

/// What is left of a list of free slots.
struct List {
    bin: usize,
    slot: usize,
    /// The number of the chunk that the last slot lay in.
    chunk: usize,
}

impl List {
    /// Looks at the next slots. True when there was anything to clear; `None` if anything is not as it should be.
    fn clear_some(
        &mut self,
        layout: &Layout,
        chunks: &[(usize, Head)],
        views: &[Range<usize>],
    ) -> Option<bool> {
        // One behind the end means what is there as well.
        let is_within = |word: usize| views.iter().any(|view| view.start <= word && word <= view.end);
        let (unused, mut cleared) = (&layout.unused[self.bin], false);
        for _ in 0..TURN {
            let slot = self.slot;
            if slot == 0 {
                break;
            }
            let chunk = slot & !(CHUNK - 1);
            if chunks[self.chunk].0 != chunk {
                self.chunk = chunks.binary_search_by_key(&chunk, |(chunk, _)| *chunk).ok()?;
            }
            let (head, page) = (&chunks[self.chunk].1, (slot - chunk) / PAGE);
            let is_slot = slot.is_multiple_of(WORD)
                && head.is_in_use(layout.in_use, page)
                && head.entry(layout.in_use, page) & (SLOTS | BIN) == SLOTS | self.bin as u32;
            if !is_slot {
                return None;
            }
            // SAFETY: a slot of this size, on the list of those that are free, in a page that is in use for such slots, of a chunk
            // of this thread's heap: mapped, and the allocator's. Of that it has no use for these bytes, as was found out.
            unsafe {
                for at in unused.clone().step_by(WORD) {
                    let word = (slot + at) as *mut usize;
                    if is_within(*word) {
                        word.write(0);
                        cleared = true;
                    }
                }
                self.slot = *(slot as *const usize);
            }
        }
        Some(cleared)
    }
}

thread_local! {
    /// How many chunks there were at this thread's last walk, and what its next one may take in vain.
    static LAST_WALK: Cell<(usize, Duration)> = const { Cell::new((0, LONGEST_IN_VAIN)) };
}

/// How long a walk over the lists goes on. One after which nothing had been cleared halves what the next may take in vain, until one
/// clears something or the heap has grown: where freed memory never held such addresses, it soon costs next to nothing.
struct Patience {
    chunks: usize,
    began: Duration,
    /// When the last turn ended.
    last: Duration,
    in_vain: Duration,
    most_in_vain: Duration,
    cleared: bool,
}

impl Patience {
    fn of_walk(chunks: usize) -> Self {
        let (before, most) = LAST_WALK.get();
        let most_in_vain = if chunks > before { LONGEST_IN_VAIN } else { most };
        let now = thread_time();
        Self { chunks, began: now, last: now, in_vain: Duration::ZERO, most_in_vain, cleared: false }
    }

    fn after_turn(&mut self, cleared: bool) {
        let now = thread_time();
        if cleared {
            self.cleared = true;
            self.most_in_vain = LONGEST_IN_VAIN;
        } else {
            self.in_vain += now.saturating_sub(self.last);
        }
        self.last = now;
    }

    fn is_over(&self) -> bool {
        self.in_vain > self.most_in_vain || self.last.saturating_sub(self.began) > LONGEST
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        let next = if self.cleared { LONGEST_IN_VAIN } else { (self.most_in_vain / 2).max(SHORTEST_IN_VAIN) };
        LAST_WALK.set((self.chunks, next));
    }
}
