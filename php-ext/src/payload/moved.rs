//! Where a fetched payload lies.
//!
//! With the feature `relocating` every fetch uses a copy that [`super::relocate()`] made valid elsewhere, so that every
//! test is also a test of that. The copies are never given back.

use static_cache_core::Hit;

/// The address to decode a hit from.
#[cfg(not(feature = "relocating"))]
#[inline(always)]
pub(crate) fn place_of(hit: &Hit) -> usize {
    hit.payload_address()
}

/// The address to decode a hit from: of a copy that nobody else uses.
#[cfg(feature = "relocating")]
pub(crate) fn place_of(hit: &Hit) -> usize {
    // SAFETY: of this request, and so pinned.
    let (len, tag, bits) = unsafe { (hit.payload_len(), hit.tag(), hit.bits()) };
    let old = hit.payload_address();
    if len == 0 {
        return old;
    }
    // SAFETY: the caller's hit is pinned. Blocks of that size and alignment are what the payload was made for.
    let copy: &'static mut [u8] = unsafe {
        let layout = std::alloc::Layout::from_size_align(len, 16).expect("no larger than an entry");
        let copy = std::alloc::alloc(layout);
        assert!(!copy.is_null(), "no memory for a test");
        std::ptr::copy_nonoverlapping(old as *const u8, copy, len);
        std::slice::from_raw_parts_mut(copy, len)
    };
    let new = copy.as_ptr().addr();
    assert!(super::relocate(tag, bits, copy, old, new), "a payload of tag {}", tag);
    let numbers = numbers(tag, bits, copy);
    for (at, word) in copy.as_chunks::<8>().0.iter().enumerate() {
        let stray = (old..=old + len).contains(&(u64::from_ne_bytes(*word) as usize));
        assert!(
            !stray || tag == super::TAG_STRING || numbers.contains(&(at * 8)),
            "word {at} of a payload of tag {} still leads to where it was",
            tag
        );
    }
    new
}

/// Where a payload has the tables of a template that are pairs of numbers: two of many thousands may look like an address.
#[cfg(feature = "relocating")]
fn numbers(tag: u8, bits: u64, payload: &[u8]) -> std::ops::Range<usize> {
    let (tag, start) = match tag {
        super::TAG_STATICS => crate::statics::image::inner(bits),
        _ => (tag, 0),
    };
    if !matches!(tag, super::TAG_ARRAY_TEMPLATE | super::TAG_OBJECT) {
        return 0..0;
    }
    // SAFETY: such a payload begins with its head, and was relocated just now, which looked at that.
    let head = unsafe { payload.as_ptr().add(start).cast::<super::TemplateHead>().read() };
    let layout = head.layout();
    start + layout.nodes..start + layout.images
}
