//! How the engine's allocator works, by experiment. Whatever has two answers, or none, means that nothing is known.

use std::alloc::Layout as Wanted;
use std::ops::Range;

use ext_php_rs::alloc::{efree, emalloc};

use super::{BIN, CHUNK, Head, Heap, Layout, PAGE, PAGES, RUN, SLOTS, WORD};

/// Not an address of anything.
const PATTERN: usize = 0x5a5a_a5a5_5a5a_a5a5;
/// Larger allocations are of whole pages.
const LARGEST_SLOT: usize = PAGE - WORD;

/// An allocation of so many bytes, freed when dropped.
struct Memory(*mut u8);

impl Memory {
    fn new(size: usize) -> Option<Self> {
        let memory = emalloc(Wanted::from_size_align(size, WORD).ok()?);
        (!memory.is_null()).then_some(Self(memory))
    }

    fn address(&self) -> usize {
        self.0.addr()
    }

    fn chunk(&self) -> usize {
        self.address() & !(CHUNK - 1)
    }

    fn page(&self) -> usize {
        (self.address() - self.chunk()) / PAGE
    }

    /// Whose the chunk is, and the entry of the allocation's page in the map behind `bits`. Without the kernel's help, which hundreds of
    /// them would make every start of PHP wait for.
    fn owner_and_entry(&self, bits: usize) -> (usize, u32) {
        let chunk = self.0.map_addr(|address| address & !(CHUNK - 1)).cast_const();
        // SAFETY: an allocation of less than a page lies in a chunk, whose first page is mapped as long as the allocation is there. Both
        // places are in that page, and volatile, since the allocator writes to them.
        unsafe {
            let entry = chunk.add(bits + PAGES / 8 + 4 * self.page());
            (chunk.cast::<usize>().read_volatile(), entry.cast::<u32>().read_volatile())
        }
    }

    fn fill(&self, words: usize) {
        // SAFETY: the allocation has so many words.
        (0..words).for_each(|at| unsafe { self.0.cast::<usize>().add(at).write(PATTERN) });
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: allocated by `new`, and freed once.
        unsafe { efree(self.0) };
    }
}

/// The only one, if there is one.
fn only<T>(mut all: impl Iterator<Item = T>) -> Option<T> {
    all.next().filter(|_| all.next().is_none())
}

pub(super) fn layout() -> Option<Layout> {
    let heap = Heap::of_this_thread()?;
    let (in_use, free_pages) = pages(&heap)?;
    let head = Head::read(heap.chunk)?;
    let within = (heap.at..in_use).step_by(WORD);
    let first = only(within.filter(|at| head.word(*at) == heap.chunk))? - heap.at;
    let (lists, unused) = bins(&heap, in_use)?;
    Some(Layout { in_use, free_pages, first, lists, unused })
}

/// The place of the bits of pages that are in use, and of the count of those that are not.
fn pages(heap: &Heap) -> Option<(usize, usize)> {
    // A debug build needs a few bytes more than it is asked for.
    let of_pages = |pages: usize| Memory::new(pages * PAGE - 512);
    let (three, five) = (of_pages(3)?, of_pages(5)?);
    let head = Head::read(heap.chunk)?;
    if [&three, &five].iter().any(|memory| memory.chunk() != heap.chunk || memory.address() % PAGE != 0) {
        return None;
    }
    let used = |head: &Head, bits: usize, memory: &Memory, pages: usize| {
        let first = memory.page();
        head.entry(bits, first) == RUN + pages as u32
            && (first..first + pages).all(|page| head.is_in_use(bits, page))
    };
    let is_it = |bits: &usize| {
        head.entry(*bits, 0) == RUN + 1
            && head.is_in_use(*bits, 0)
            && used(&head, *bits, &three, 3)
            && used(&head, *bits, &five, 5)
    };
    let most = PAGE - PAGES / 8 - 4 * PAGES;
    let bits = only((heap.at + WORD..=most).step_by(WORD).filter(is_it))?;
    // The other one keeps the chunk.
    let first = three.page();
    drop(three);
    let after = Head::read(heap.chunk)?;
    let is_freed = (first..first + 3).all(|page| !after.is_in_use(bits, page));
    let counts = |at: &usize| {
        [&head, &after].into_iter().all(|head| head.half(*at) == head.count_free(bits))
            && after.half(*at) == head.half(*at) + 3
    };
    let count = only((3 * WORD..heap.at).step_by(4).filter(counts))?;
    (is_freed && used(&after, bits, &five, 5)).then_some((bits, count))
}

/// The place of the lists of free slots in the heap, and what of a slot on a list keeps its content.
fn bins(heap: &Heap, in_use: usize) -> Option<(usize, Vec<Range<usize>>)> {
    // By the bins' numbers: the most bytes that one can be asked for.
    let mut sizes: Vec<usize> = Vec::new();
    for size in (WORD..=LARGEST_SLOT).step_by(WORD) {
        let (owner, entry) = Memory::new(size)?.owner_and_entry(in_use);
        if owner != heap.address() {
            return None;
        }
        if entry & SLOTS == 0 {
            break;
        }
        let bin = (entry & BIN) as usize;
        sizes.resize(sizes.len().max(bin + 1), 0);
        sizes[bin] = size;
    }
    let mut lists: Option<usize> = None;
    let mut unused = vec![0..0; sizes.len()];
    for (bin, size) in sizes.into_iter().enumerate().filter(|(_, size)| *size != 0) {
        let (first, second) = (Memory::new(size)?, Memory::new(size)?);
        let (under, top) = (first.address(), second.0.cast::<usize>().cast_const());
        second.fill(size / WORD);
        drop(first);
        drop(second);
        let head = Head::read(heap.chunk)?;
        let here = (heap.at..in_use).step_by(WORD).filter(|at| head.word(*at) == top.addr());
        let list = (only(here)? - heap.at).checked_sub(bin * WORD)?;
        // SAFETY: freed, but not the last of its chunk (of which the heap is a part, or that is kept for the next), and volatile, since
        // the allocator has written to it.
        let word = |at: usize| unsafe { top.add(at).read_volatile() };
        if word(0) != under || lists.is_some_and(|lists| lists != list) {
            return None;
        }
        lists = Some(list);
        // Newer versions check the link by what they put at the end; debug builds have notes there.
        let end = (1..size / WORD).find(|at| word(*at) != PATTERN).unwrap_or(size / WORD);
        unused[bin] = WORD..(end * WORD).max(WORD);
    }
    Some((lists?, unused))
}
