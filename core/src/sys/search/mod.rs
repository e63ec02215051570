//! Which parts of shared memory this process still has the addresses of.
//!
//! Everything that the process can read is looked through, word by word: heaps of all allocators, stacks of all threads and
//! fibers, variables of all libraries, registers. What looks like an address into a piece counts as one. So a piece that is
//! still in use is found wherever its address is kept, and at worst one that is not in use is found as well.
//!
//! Not seen are addresses that are kept in another form (encrypted, cut in two), and those that another thread moves from
//! where was not looked yet to where was. Values of PHP are neither: the engine keeps plain pointers, and values
//! belong to the thread that made them.
//!
//! Read by `process_vm_readv`, so that memory which another thread unmaps meanwhile is no fault. Pages that were never
//! touched are left alone (`mincore`). Pages in swap look the same; so where a mapping has any, all of it is read, unless that would
//! make much memory of what nobody has touched: of shared memory, pages come to be by being read.

mod buffer;
mod stack;
mod window;

use std::ops::Range;
use std::ptr;
use std::time::Duration;

use super::maps::{self, Mapping};
use buffer::{Buffer, PAGES};
use stack::{wipe_dead_stack, with_registers_in_memory};
pub(crate) use window::Window;

/// More address space than that is not looked through.
const LARGEST: usize = 1 << 40;
/// What a search may take at first, and at most.
const SHORT: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(4);
/// How much of shared memory that nobody has touched may come to be at most.
const MOST_MADE: usize = 16 << 20;
/// Threads that change mappings meanwhile make an attempt fail.
const ATTEMPTS: usize = 3;

/// What became of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All was looked through.
    Done,
    /// That would have taken too long: nothing is known.
    OutOfTime,
    /// It could not be done for all: nothing is known.
    Unknown,
}

/// What a search may take of the processor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Allowance(Duration);

impl Allowance {
    pub(crate) const FIRST: Self = Self(SHORT);

    /// What the next one may take. A process that is too large for one would be so for all that follow, and get nothing back: so the next
    /// one may take longer, and as long as that once one has come to its end.
    pub(crate) fn after(self, outcome: Outcome, took: Duration) -> Self {
        match outcome {
            Outcome::Done => Self((2 * took).clamp(SHORT, LONGEST)),
            Outcome::OutOfTime => Self((2 * self.0).min(LONGEST)),
            Outcome::Unknown => self,
        }
    }
}

/// Looks through the process, without `skip`.
pub(crate) fn search(
    windows: &mut [Window; 2],
    mut skip: Vec<Range<usize>>,
    allowance: Allowance,
) -> Outcome {
    wipe_dead_stack();
    with_registers_in_memory(|| {
        let Some(buffer) = Buffer::new(allowance) else { return Outcome::Unknown };
        skip.push(buffer.range());
        skip.sort_unstable_by_key(|range| range.start);
        // There may be thousands: so that those of a mapping can be found among them.
        skip.dedup_by(|next, last| {
            let touches = next.start <= last.end;
            if touches {
                last.end = last.end.max(next.end);
            }
            touches
        });
        let mut swapped = is_swapped();
        for _ in 0..ATTEMPTS {
            let Some(mappings) = maps::of_this_process(swapped) else { return Outcome::Unknown };
            if search_memory(windows, &mappings, &skip, &buffer).is_none() {
                if buffer.is_out_of_time() {
                    return Outcome::OutOfTime;
                }
                continue;
            }
            // What was swapped out meanwhile looked as if it had never been touched.
            if !is_swapped() || swapped && is_known_to_be_swapped(&mappings) {
                return Outcome::Done;
            }
            swapped = true;
        }
        Outcome::Unknown
    })
}

fn search_memory(
    windows: &mut [Window; 2],
    mappings: &[Mapping],
    skip: &[Range<usize>],
    buffer: &Buffer,
) -> Option<()> {
    if mappings.iter().map(|mapping| mapping.range.len()).fold(0, usize::saturating_add) > LARGEST {
        return None;
    }
    for mapping in mappings {
        let mut start = mapping.range.start;
        let first = skip.partition_point(|hole| hole.end <= start);
        for hole in skip[first..].iter().take_while(|hole| hole.start < mapping.range.end) {
            search_part(windows, mapping, start..hole.start.max(start), buffer)?;
            start = hole.end.max(start);
        }
        search_part(windows, mapping, start..mapping.range.end.max(start), buffer)?;
    }
    Some(())
}

/// Searches part of a mapping, page after page of those that were ever touched.
fn search_part(
    windows: &mut [Window; 2],
    mapping: &Mapping,
    part: Range<usize>,
    buffer: &Buffer,
) -> Option<()> {
    let mut made = 0;
    // Whole words; what is cut off belongs to what is skipped.
    let part = part.start.next_multiple_of(8)..part.end & !7;
    let size = buffer.page;
    let mut at = part.start;
    while at < part.end {
        if buffer.is_out_of_time() {
            return None;
        }
        let page = at & !(size - 1);
        let end = part.end.min(page.saturating_add(PAGES * size));
        let pages = (end - page).div_ceil(size);
        let touched = buffer.pages();
        // SAFETY: the kernel writes a byte for each page.
        let seen = unsafe { libc::mincore(page as *mut _, end - page, touched.as_mut_ptr()) };
        if seen != 0 {
            // Another thread has unmapped something of it: page by page then, and what is gone is gone.
            touched[..pages].fill(1);
        } else if mapping.swapped {
            if mapping.shared {
                made += touched[..pages].iter().filter(|page| **page & 1 == 0).count() * size;
                if made > MOST_MADE {
                    return None;
                }
            }
            touched[..pages].fill(1);
        }
        let mut first = 0;
        while let Some(skipped) = touched[first..pages].iter().position(|page| page & 1 != 0) {
            first += skipped;
            let len = touched[first..pages].iter().position(|page| page & 1 == 0).unwrap_or(pages - first);
            let run = (page + first * size).max(at)..end.min(page + (first + len) * size);
            search_run(windows, mapping, run, buffer)?;
            first += len;
        }
        at = end;
    }
    Some(())
}

fn search_run(
    windows: &mut [Window; 2],
    mapping: &Mapping,
    run: Range<usize>,
    buffer: &Buffer,
) -> Option<()> {
    let mut at = run.start;
    while at < run.end {
        if buffer.is_out_of_time() {
            return None;
        }
        let read = buffer.read(at, run.end - at);
        look(windows, buffer.words(read / 8));
        if mapping.executable {
            for shift in 1..8 {
                look_shifted(windows, buffer, shift, read);
            }
        }
        at += read & !7;
        if at < run.end && read < 8 {
            // Nothing could be read here. Gone is gone; what is there and cannot be read may hold anything.
            let mut touched = 0u8;
            let page = at & !(buffer.page - 1);
            // SAFETY: the kernel writes one byte for one page.
            let there = unsafe { libc::mincore(page as *mut _, buffer.page, &raw mut touched) };
            if there == 0 || std::io::Error::last_os_error().raw_os_error() != Some(libc::ENOMEM) {
                return None;
            }
            at = page + buffer.page;
        }
    }
    Some(())
}

#[inline]
fn look(windows: &mut [Window; 2], words: &[usize]) {
    for eight in words.chunks(8) {
        // Without branches; hardly any word is one.
        let [first, second] = &*windows;
        let any = eight.iter().fold(false, |any, word| any | first.may_have(*word) | second.may_have(*word));
        if any {
            for word in eight {
                windows.iter_mut().for_each(|window| window.note(*word));
            }
        }
    }
}

/// For code, where addresses are not aligned. Those that lie across two reads are looked for in neither: a run of pages is
/// read at once unless it is longer than the buffer.
fn look_shifted(windows: &mut [Window; 2], buffer: &Buffer, shift: usize, read: usize) {
    for at in (shift..(read + 1).saturating_sub(8)).step_by(8) {
        // SAFETY: eight bytes of what was read.
        let word = unsafe { ptr::read_unaligned((buffer.base + at) as *const usize) };
        let [first, second] = &*windows;
        if first.may_have(word) | second.may_have(word) {
            windows.iter_mut().for_each(|window| window.note(word));
        }
    }
}

/// Whether any page of this process is in swap, or may be.
fn is_swapped() -> bool {
    // SAFETY: the kernel fills the structure; all zeros are one.
    let of_machine = unsafe {
        let mut info: libc::sysinfo = std::mem::zeroed();
        libc::sysinfo(&raw mut info) != 0 || info.totalswap != info.freeswap
    };
    of_machine && maps::any_is_swapped()
}

/// Whether what is in swap now is in mappings that were searched as such.
fn is_known_to_be_swapped(searched: &[Mapping]) -> bool {
    maps::of_this_process(true).is_some_and(|now| {
        now.iter().filter(|mapping| mapping.swapped).all(|mapping| {
            let overlaps = |other: &&Mapping| {
                other.range.start < mapping.range.end && mapping.range.start < other.range.end
            };
            searched.iter().filter(overlaps).all(|other| other.swapped)
        })
    })
}

#[cfg(all(test, not(miri)))]
mod tests {
    use std::hint::black_box;

    use super::buffer::LEAST_PAGE;
    use super::*;
    use crate::sys::map::AddressRange;

    const PIECE: u64 = 1000;
    const PAGE: usize = LEAST_PAGE;

    /// Address space that nothing has addresses of, and which of its pieces are found.
    struct Field {
        range: Range<usize>,
        _reserved: AddressRange,
    }

    impl Field {
        /// Far from anything else, where nothing has been before.
        fn new(number: usize) -> Self {
            let reserved = AddressRange::reserve_at(0x1234_0000_0000 + (number << 24), 1 << 20);
            let reserved = reserved.expect("address space");
            Self { range: reserved.range(), _reserved: reserved }
        }

        /// An address in a piece, made so that only the caller has it.
        #[inline(always)]
        fn address(&self, piece: u64, into: u64) -> usize {
            black_box(self.range.start) + (piece * PIECE + into) as usize
        }

        #[inline(never)]
        fn found(&self, skip: &[Range<usize>]) -> Vec<u64> {
            let pieces = (0..1000).map(|piece| (piece * PIECE, piece * PIECE + PIECE - 1)).collect();
            let empty = Window::new(&(0..0), Vec::new());
            let mut windows = [Window::new(&self.range, pieces), empty];
            assert_eq!(search(&mut windows, skip.to_vec(), Allowance::FIRST), Outcome::Done);
            windows[0].found().map(|piece| piece as u64).collect()
        }
    }

    /// Memory that an allocator does not know of.
    fn mapped(protection: libc::c_int) -> *mut usize {
        let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
        // SAFETY: an anonymous mapping at an address of the kernel's choice.
        unsafe { libc::mmap(ptr::null_mut(), 2 * PAGE, protection, flags, -1, 0).cast() }
    }

    #[test]
    fn addresses_are_found_wherever_they_are() {
        let field = Field::new(0);
        let mut kept = vec![
            field.address(10, 0),
            field.address(20, 1),
            field.address(30, PIECE / 2),
            field.address(40, PIECE - 1),
        ];
        let memory = mapped(libc::PROT_READ | libc::PROT_WRITE);
        let code = mapped(libc::PROT_READ | libc::PROT_WRITE | libc::PROT_EXEC);
        // SAFETY: mapped above.
        unsafe {
            memory.add(511).write(field.address(50, 3));
            code.cast::<u8>().add(101).cast::<usize>().write_unaligned(field.address(60, 3));
            // Read-only by now, and still memory.
            memory.add(512).write(field.address(70, 3));
            libc::mprotect(memory.add(512).cast(), PAGE, libc::PROT_READ);
        }
        thread_local!(static OWN: std::cell::Cell<usize> = const { std::cell::Cell::new(0) });
        OWN.set(field.address(80, 0));
        let found = std::thread::scope(|scope| {
            let (send, receive) = std::sync::mpsc::channel();
            let (end, ended) = std::sync::mpsc::channel::<()>();
            let field = &field;
            // On another thread's stack, while that waits.
            scope.spawn(move || {
                let local = [field.address(90, 0)];
                send.send(()).expect("heard");
                let _ = ended.recv();
                black_box(&local);
            });
            receive.recv().expect("started");
            let found = field.found(&[]);
            drop(end);
            found
        });
        for piece in [10, 20, 30, 40, 50, 60, 70, 80, 90] {
            assert!(found.contains(&piece), "{piece} not among {found:?}");
        }
        // Some trace of the above may have been left anywhere, but not of everything.
        assert!(found.len() < 20, "{found:?}");
        black_box((&mut kept, OWN.get()));
    }

    #[test]
    fn a_process_that_is_too_large_for_a_search_is_not_so_for_a_later_one() {
        let mut windows = std::array::from_fn(|_| Window::new(&(0..0), Vec::new()));
        assert_eq!(search(&mut windows, Vec::new(), Allowance(Duration::ZERO)), Outcome::OutOfTime);
        let [short, needed] = [SHORT / 10, 3 * SHORT / 2];
        let mut allowance = Allowance::FIRST.after(Outcome::Done, short);
        assert_eq!(allowance, Allowance::FIRST);
        allowance = allowance.after(Outcome::OutOfTime, SHORT);
        assert!(allowance.0 > needed);
        // Neither a search that came to its end nor one that could not makes the next one fail.
        for outcome in [Outcome::Done, Outcome::Unknown, Outcome::Done] {
            allowance = allowance.after(outcome, needed);
            assert!(allowance.0 > needed);
        }
        assert_eq!(allowance.after(Outcome::Done, short), Allowance::FIRST);
        for _ in 0..100 {
            allowance = allowance.after(Outcome::OutOfTime, allowance.0);
        }
        assert_eq!(allowance.0, LONGEST);
    }

    /// Shared memory that nobody has touched does not come to be, also where pages of the mapping may be in swap.
    #[test]
    fn what_nobody_has_touched_stays_so() {
        const LARGE: usize = 4 * MOST_MADE;
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
        // SAFETY: an anonymous mapping at an address of the kernel's choice.
        let shared =
            unsafe { libc::mmap(ptr::null_mut(), LARGE, libc::PROT_READ | libc::PROT_WRITE, flags, -1, 0) };
        let field = Field::new(2);
        // SAFETY: mapped above.
        unsafe { shared.cast::<usize>().add(7).write(field.address(10, 0)) };
        let touched = || {
            let mut pages = vec![0; LARGE / PAGE];
            // SAFETY: mapped above; a byte for each page.
            unsafe { libc::mincore(shared, LARGE, pages.as_mut_ptr()) };
            pages.iter().filter(|page| **page & 1 != 0).count()
        };
        let start = shared as usize;
        let mapping =
            |shared, swapped| Mapping { range: start..start + LARGE, executable: false, shared, swapped };
        let found = |mapping: Mapping| {
            let pieces = (0..1000).map(|piece| (piece * PIECE, piece * PIECE + PIECE - 1)).collect();
            let mut windows = [Window::new(&field.range, pieces), Window::new(&(0..0), Vec::new())];
            let buffer = Buffer::new(Allowance::FIRST).expect("memory");
            let searched = search_memory(&mut windows, &[mapping], &[], &buffer).is_some();
            (searched, windows[0].found().collect::<Vec<_>>())
        };
        assert_eq!(touched(), 1);
        assert_eq!(found(mapping(true, false)), (true, vec![10]));
        assert_eq!(touched(), 1);
        // Pages that look as if nobody had touched them might be in swap: nothing is known.
        assert!(!found(mapping(true, true)).0);
        assert!(touched() * PAGE <= MOST_MADE);
        // Of private memory (or of what is taken for that here), reading makes nothing that counts.
        assert_eq!(found(mapping(false, true)), (true, vec![10]));
        // SAFETY: mapped above, and not used any more.
        unsafe { libc::munmap(shared, LARGE) };
    }

    #[test]
    fn what_is_skipped_is_not_looked_at() {
        let field = Field::new(1);
        let memory = mapped(libc::PROT_READ | libc::PROT_WRITE);
        for piece in 100..500 {
            // SAFETY: mapped above.
            unsafe { memory.add(piece as usize).write(field.address(piece, 0)) };
        }
        let first = memory as usize;
        let skip = [first + 8 * 110..first + 8 * 120, first + 8 * 200..first + 2 * PAGE];
        let found = field.found(&skip);
        // A register or a spilled local may have the last one.
        let in_memory = |piece: &u64| (100..200).contains(piece) && !(110..120).contains(piece);
        assert!((100..200).filter(in_memory).all(|piece| found.contains(&piece)), "{found:?}");
        assert!(found.iter().filter(|piece| !in_memory(piece)).count() < 5, "{found:?}");
    }
}
