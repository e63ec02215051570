//! What operations ask of the process's own allocator.

mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use common::{put, segment};
use static_cache_core::{Policy, Session, Space};

/// Allocations of at least so many bytes are counted.
const LARGE: usize = 16 * 1024;
static COUNT: AtomicUsize = AtomicUsize::new(0);

struct Counting;

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.fetch_add(usize::from(layout.size() >= LARGE), Ordering::Relaxed);
        // SAFETY: by the caller's word.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: by the caller's word.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        COUNT.fetch_add(usize::from(size >= LARGE), Ordering::Relaxed);
        // SAFETY: by the caller's word.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[test]
fn a_store_into_a_full_cache_takes_no_memory_to_look_at_what_others_hold() {
    let segment = segment(16 << 20, Policy::Evict);
    segment.allow_moving(|_, _, _, _, _| true);
    let mut session = Session::new(Arc::clone(&segment));
    let mut number = 0u32;
    let mut store = |session: &mut Session| {
        put(session, &number.to_ne_bytes(), &[1; 300]).unwrap();
        number += 1;
    };
    for _ in 0..15_000 {
        store(&mut session);
    }
    let mut readers: Vec<_> = (0..10).map(|_| Session::new(Arc::clone(&segment))).collect();
    for (at, reader) in readers.iter_mut().enumerate() {
        for number in at as u32 * 1500..(at as u32 + 1) * 1500 {
            reader.fetch(Space::Key, &number.to_ne_bytes()).unwrap();
        }
    }
    while segment.stats().evictions < 100 {
        store(&mut session);
    }
    let (before, evicted) = (COUNT.load(Ordering::Relaxed), segment.stats().evictions);
    for _ in 0..500 {
        store(&mut session);
    }
    let count = COUNT.load(Ordering::Relaxed) - before;
    assert!(segment.stats().evictions > evicted + 250);
    assert!(count < 20, "{count} allocations of {LARGE} bytes and more");
    // Nor are buffers kept that no request uses.
    session.end_request();
    drop(readers);
    segment.audit().unwrap();
}
