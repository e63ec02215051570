use std::alloc::{Layout as AllocLayout, alloc_zeroed, dealloc};

use proptest::prelude::*;

use super::rebuild::Fate;
use super::*;

/// A heap in ordinary memory, so that Miri can look on.
struct Fixture {
    heap: Heap,
    base: *mut u8,
    shape: AllocLayout,
}

impl Fixture {
    fn new(size: u64) -> Self {
        let layout = crate::layout::Layout::new(size * 16 / 15, 1).unwrap();
        let shape = AllocLayout::from_size_align(layout.total as usize, 4096).unwrap();
        // SAFETY: the size is not zero.
        let base = unsafe { alloc_zeroed(shape) };
        // SAFETY: the memory lives as long as the fixture and is aligned to a page.
        let memory = unsafe { Memory::new(base, layout.total as usize) };
        let arena = crate::layout::ArenaLayout { size, ..layout.arenas[0] };
        assert!(size <= layout.arenas[0].size);
        let heap = Heap::new(memory, &arena);
        heap.format();
        Self { heap, base, shape }
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        // SAFETY: allocated with this shape in `new`.
        unsafe { dealloc(self.base, self.shape) };
    }
}

const SIZE: u64 = 256 * 1024;

#[test]
fn all_memory_comes_back() {
    let fixture = Fixture::new(SIZE);
    let heap = &fixture.heap;
    let blocks: Vec<u64> = std::iter::from_fn(|| heap.allocate(100)).collect();
    assert_eq!(blocks.len() as u64, SIZE / 128, "a block of 100 bytes takes 128 with its header");
    heap.audit().unwrap();
    for offset in blocks.iter().step_by(2).chain(blocks.iter().skip(1).step_by(2)) {
        heap.free(*offset);
    }
    heap.audit().unwrap();
    assert_eq!(heap.largest_free(), SIZE - block::HEADER);
}

#[test]
fn the_whole_heap_is_one_block_and_nothing_more_fits() {
    let fixture = Fixture::new(SIZE);
    assert_eq!(fixture.heap.allocate(SIZE), None);
    assert_eq!(fixture.heap.allocate(u64::MAX), None);
    assert_eq!(fixture.heap.allocate(1 << 40), None);
    assert!(fixture.heap.allocate(SIZE - block::HEADER).is_some());
    assert_eq!(fixture.heap.allocate(1), None);
    assert_eq!(fixture.heap.largest_free(), 0);
}

#[test]
fn a_fit_of_the_exact_class_is_found_before_a_larger_block_is_broken() {
    let fixture = Fixture::new(SIZE);
    let heap = &fixture.heap;
    let sizes = [5000, 64, 5030, 64, 5050, 64];
    let blocks: Vec<u64> = sizes.iter().map(|size| heap.allocate(*size).unwrap()).collect();
    heap.free(blocks[0]);
    heap.free(blocks[4]);
    assert_eq!(heap.allocate(5000), Some(blocks[0]));
    heap.audit().unwrap();
}

#[test]
fn rebuild_frees_what_it_is_told_and_keeps_the_rest() {
    let fixture = Fixture::new(SIZE);
    let heap = &fixture.heap;
    let blocks: Vec<u64> = (0..100).map(|at| heap.allocate(at * 10 + 1).unwrap()).collect();
    heap.rebuild(|offset, _| if blocks[..50].contains(&offset) { Fate::Free } else { Fate::Keep }).unwrap();
    heap.audit().unwrap();
    for offset in &blocks[50..] {
        assert!(heap.block(*offset).is(State::Building));
        heap.free(*offset);
    }
    heap.audit().unwrap();
    assert_eq!(heap.largest_free(), SIZE - block::HEADER);
}

#[test]
fn a_torn_header_is_an_error_not_a_walk_into_the_weeds() {
    let fixture = Fixture::new(SIZE);
    let heap = &fixture.heap;
    let blocks: Vec<u64> = (0..10).map(|_| heap.allocate(1000).unwrap()).collect();
    heap.block(blocks[5]).set(1 << 39, State::Live);
    assert!(heap.rebuild(|_, _| Fate::Keep).is_err());
    heap.block(blocks[5]).set(1, State::Live);
    assert!(heap.rebuild(|_, _| Fate::Keep).is_err());
}

#[test]
fn whole_lines_are_cut_out_of_any_block_and_nothing_is_lost() {
    // Behind blocks of all sizes, so that what is cut begins everywhere.
    for before in 1..60u64 {
        for bytes in [1, 97, 112, 113, 177] {
            let fixture = Fixture::new(SIZE);
            let heap = &fixture.heap;
            let first = heap.allocate(before * 16).unwrap();
            let room = heap.allocate(lines::bytes_to_cut(bytes).unwrap()).unwrap();
            let offset = heap.cut_to_lines(room, bytes);
            let size = heap.block(offset).bytes();
            assert!(offset.is_multiple_of(64) && size.is_multiple_of(64), "{before} {bytes}");
            assert!(size >= bytes + block::HEADER, "{before} {bytes}");
            assert!(heap.block(offset).is(State::Building));
            heap.audit().unwrap();
            heap.free(first);
            heap.audit().unwrap();
            heap.free(offset);
            assert_eq!(heap.largest_free(), SIZE - block::HEADER);
        }
    }
}

#[test]
fn a_line_is_an_entrys_own_only_if_it_lies_in_its_block() {
    for offset in (0..256).step_by(16) {
        for key_len in 0..100 {
            let line = (offset + 104) / 64 * 64;
            let end = offset + (112 + key_len as u64).next_multiple_of(16);
            assert_eq!(lines::has_own(offset, key_len), line >= offset && line + 64 <= end);
            assert!(!offset.is_multiple_of(64) || key_len == 0 || lines::has_own(offset, key_len));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(miri) { 3 } else { 128 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn any_order_of_allocations_and_frees_keeps_the_invariants(
        steps in prop::collection::vec((0u64..20_000, any::<prop::sample::Index>(), any::<bool>()), 1..200)
    ) {
        let fixture = Fixture::new(SIZE);
        let heap = &fixture.heap;
        let mut held: Vec<(u64, u64)> = Vec::new();
        for (size, which, free) in steps {
            if free && !held.is_empty() {
                let (offset, _) = held.swap_remove(which.index(held.len()));
                heap.free(offset);
            } else if let Some(offset) = heap.allocate(size) {
                let room = heap.block(offset).bytes() - block::HEADER;
                prop_assert!(room >= size && room < size + 64);
                for (other, length) in &held {
                    prop_assert!(offset + room <= *other || other + length <= offset);
                }
                held.push((offset, room + block::HEADER));
            }
            heap.audit().unwrap();
        }
        for (offset, _) in held {
            heap.free(offset);
        }
        prop_assert_eq!(heap.largest_free(), SIZE - block::HEADER);
    }
}
