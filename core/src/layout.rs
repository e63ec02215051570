//! Where everything lies in a segment.
//!
//! ```text
//! 0          Header               identity, seeds, epoch clock, counters
//! 4 KiB      HeapControl x 2      per arena: lock, free lists, retired blocks, eviction queue, expiry wheel
//!            Shard   x 256        writer locks, entry counts
//!            Slot    x n          readers: the first `readers` have a pin list, the others hold by epoch
//!            bucket  x 2^n        index: heads of chains (u64 links)
//!            touched              one bit per page of buckets that was ever used
//!            ghosts  x 2          per arena: which keys went lately
//!            pins    x readers    2048 offsets each
//!            arena   x 2          blocks
//! ```
//! The heap consists of two arenas with a lock each, so that a writer who is stopped inside one does not keep others from
//! storing: nearly all of it is the first, a sixteenth is the second.
//!
//! The heap has the configured size; the rest comes on top and costs memory only where it is used.

use crate::error::Error;

/// "static-c" in little-endian ASCII.
pub(crate) const MAGIC: u64 = u64::from_le_bytes(*b"static-c");
/// Changes with every change of a shared structure, or of what a part of one means.
pub(crate) const LAYOUT_VERSION: u32 = 9;
pub(crate) const PAGE: u64 = 4096;
/// Writer locks. A power of two, so that a hash picks one by its low bits, and all of a bucket's hashes the same one. Many, so
/// that few of the cores of a large machine meet at one; clearing and repairing take all of them, and the kernel passes on no
/// more than 2,048 locks of a thread that dies.
pub(crate) const SHARDS: usize = 256;
const _: () = assert!(SHARDS as u64 <= BUCKETS_PER_PAGE && SHARDS < 1024);
/// Pin list entries of a full slot.
pub(crate) const PINS: usize = 2048;
/// Slots without a pin list, per slot with one, and how many there are at least: readers that find none at all can only be
/// counted, and a count does not say who of them died.
const LIGHT_PER_FULL: usize = 4;
const LEAST_LIGHT: usize = 1023;
/// Heap bytes per index bucket: about the smallest entry, so that chains stay short when all are small.
const HEAP_BYTES_PER_BUCKET: u64 = 128;
/// Heap bytes per evicted key that is remembered: about as many as there are entries of a usual size.
const HEAP_BYTES_PER_GHOST: u64 = 256;
/// Buckets in one page of memory.
pub(crate) const BUCKETS_PER_PAGE: u64 = PAGE / 8;
/// The largest heap: 64 GiB.
pub(crate) const MAX_HEAP: u64 = 64 << 30;
pub(crate) const SLOT_SIZE: u64 = 128;
pub(crate) const SHARD_SIZE: u64 = 128;
/// Parts of the heap that have a lock of their own.
pub(crate) const ARENAS: usize = 2;
/// The second arena's part of the heap, and the most it gets.
const RESERVE_PART: u64 = 16;
const MOST_RESERVE: u64 = 4 << 20;

/// Where one arena lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct ArenaLayout {
    pub(crate) control: u64,
    pub(crate) start: u64,
    pub(crate) size: u64,
    /// Its memory of evicted keys, one word each.
    pub(crate) ghosts: u64,
    pub(crate) ghost_count: u64,
}

/// Offsets and counts of all regions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) arenas: [ArenaLayout; ARENAS],
    pub(crate) shards: u64,
    pub(crate) slots: u64,
    pub(crate) full_slots: usize,
    pub(crate) all_slots: usize,
    pub(crate) buckets: u64,
    pub(crate) bucket_count: u64,
    pub(crate) touched: u64,
    pub(crate) pins: u64,
    pub(crate) heap_size: u64,
    pub(crate) total: u64,
}

impl Layout {
    /// The layout for a heap of `heap_size` bytes and `readers` slots with pin lists.
    pub(crate) fn new(heap_size: u64, readers: u32) -> Result<Self, Error> {
        if !(PAGE * 16..=MAX_HEAP).contains(&heap_size) {
            return Err(Error::Config(format!(
                "a segment needs {} to {MAX_HEAP} bytes, {heap_size} given",
                PAGE * 16
            )));
        }
        if !(1..=65_535).contains(&readers) {
            return Err(Error::Config(format!("readers must be 1 to 65535, {readers} given")));
        }
        let full_slots = readers as usize;
        let all_slots = full_slots + (full_slots * LIGHT_PER_FULL).max(LEAST_LIGHT);
        // Before anything follows from it: who attaches knows the rounded size only.
        let heap_size = round_up(heap_size);
        let bucket_count = (heap_size / HEAP_BYTES_PER_BUCKET).next_power_of_two().max(BUCKETS_PER_PAGE);
        let control = PAGE;
        let control_size = round_up(size_of::<crate::heap::HeapControl>() as u64);
        let shards = control + ARENAS as u64 * control_size;
        let slots = shards + round_up(SHARDS as u64 * SHARD_SIZE);
        let buckets = slots + round_up(all_slots as u64 * SLOT_SIZE);
        let touched = buckets + round_up(bucket_count * 8);
        let reserve = round_up(heap_size / RESERVE_PART).min(MOST_RESERVE);
        let sizes = [heap_size - reserve, reserve];
        let ghost_counts = sizes.map(|size| (size / HEAP_BYTES_PER_GHOST).next_power_of_two().max(PAGE / 8));
        let ghosts = touched + round_up((bucket_count / BUCKETS_PER_PAGE).div_ceil(64) * 8);
        let pins = ghosts + (ghost_counts[0] + ghost_counts[1]) * 8;
        let heap = pins + round_up((full_slots * PINS * 8) as u64);
        let total = heap + heap_size;
        let arenas = [
            ArenaLayout { control, start: heap, size: sizes[0], ghosts, ghost_count: ghost_counts[0] },
            ArenaLayout {
                control: control + control_size,
                start: heap + sizes[0],
                size: sizes[1],
                ghosts: ghosts + ghost_counts[0] * 8,
                ghost_count: ghost_counts[1],
            },
        ];
        Ok(Self {
            arenas,
            shards,
            slots,
            full_slots,
            all_slots,
            buckets,
            bucket_count,
            touched,
            pins,
            heap_size,
            total,
        })
    }
}

fn round_up(bytes: u64) -> u64 {
    bytes.next_multiple_of(PAGE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_do_not_overlap_and_are_page_aligned() {
        for (size, readers) in [(1 << 20, 1), (8 << 20, 256), (64 << 30, 65_535)] {
            let layout = Layout::new(size, readers).unwrap();
            let ends = [
                (PAGE, layout.arenas[1].control),
                (layout.arenas[1].control, layout.shards),
                (layout.shards, layout.slots),
                (layout.slots, layout.buckets),
                (layout.buckets, layout.touched),
                (layout.touched, layout.arenas[0].ghosts),
                (layout.arenas[0].ghosts, layout.arenas[1].ghosts),
                (layout.arenas[1].ghosts, layout.pins),
                (layout.pins, layout.arenas[0].start),
                (layout.arenas[0].start, layout.arenas[1].start),
                (layout.arenas[1].start, layout.total),
            ];
            for (start, end) in ends {
                assert!(start < end && start % PAGE == 0 && end % PAGE == 0, "{layout:?}");
            }
            assert_eq!(layout.heap_size, size);
        }
    }

    #[test]
    fn the_layout_follows_from_the_size_that_the_header_says() {
        for size in [64 << 10, 1 << 20, 8 << 20] {
            for more in [0, 1, 127, 128, PAGE - 1, PAGE] {
                let layout = Layout::new(size + more, 16).unwrap();
                assert_eq!(Layout::new(layout.heap_size, 16).unwrap(), layout, "{size} + {more}");
            }
        }
        assert_eq!(Layout::new(MAX_HEAP - 1, 1).unwrap().heap_size, MAX_HEAP);
    }

    #[test]
    fn impossible_sizes_are_refused_by_name() {
        assert!(Layout::new(1024, 1).unwrap_err().to_string().contains("1024 given"));
        assert!(Layout::new(MAX_HEAP + 1, 1).is_err());
        assert!(Layout::new(1 << 20, 0).unwrap_err().to_string().starts_with("readers"));
    }
}
