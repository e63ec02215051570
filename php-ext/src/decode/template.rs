//! Rebuilds the parts of a value that PHP references tie together; see the template format in [`crate::payload`].
//!
//! All memory is the request's own. An allocation may end the request by jumping over these frames, so nothing here has a
//! `Drop`, and nothing built is reachable for the engine before all of it is there.

use crate::payload::*;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Counted, Reference, Slot, hash_entries};
use ext_php_rs::alloc::{efree, emalloc};
use ext_php_rs::ffi::zval;
use std::alloc::Layout;
use std::ptr;
use std::slice;

/// # Safety
/// As for [`super::decode`], of a template's payload.
pub(super) unsafe fn rebuild(payload: usize, out: *mut zval) {
    // SAFETY: a template begins with its head, its node table and its fixups.
    let (nodes, fixups) = unsafe {
        let head = *(payload as *const TemplateHead);
        let nodes = (payload + size_of::<TemplateHead>()) as *const u32;
        let fixups = nodes.add(head.nodes as usize).cast::<Fixup>();
        (
            slice::from_raw_parts(nodes, head.nodes as usize),
            slice::from_raw_parts(fixups, head.fixups as usize),
        )
    };
    let copies = allocate(size_of_val(nodes) * 2).cast::<u64>();
    for (number, &place) in nodes.iter().enumerate() {
        let image = payload + place as usize * UNIT;
        // SAFETY: the node table names images of this block; there is a copy's address for each.
        unsafe { copies.add(number).write(copy(image) as u64) };
    }
    // From here on nothing allocates.
    // SAFETY: fixups name nodes of this block and slots that their images have; copies are laid out like their images.
    unsafe {
        for fixup in fixups {
            let holder = *copies.add(fixup.holder as usize);
            let target = *copies.add(fixup.target as usize);
            point(slot_of(holder, fixup.slot), target);
        }
        point(out.cast(), *copies);
        efree(copies.cast());
    }
}

/// Makes the slot hold a copy; its place in a hash chain stays.
///
/// # Safety
/// The slot can be written, and `target` is a copied node that counts this holder already.
unsafe fn point(slot: *mut Slot, target: u64) {
    // SAFETY: the caller's word.
    unsafe {
        (&raw mut (*slot).value).write(target);
        (&raw mut (*slot).info).write(match kind(target) {
            c::IS_ARRAY => c::IS_ARRAY_EX,
            _ => c::IS_REFERENCE_EX,
        });
    }
}

/// # Safety
/// `thing` is a node's image or copy.
unsafe fn kind(thing: u64) -> u32 {
    // SAFETY: both begin with their counts.
    unsafe { (*(thing as *const Counted)).info & c::GC_TYPE_MASK }
}

/// # Safety
/// `holder` is a copied node with such a slot.
unsafe fn slot_of(holder: u64, number: u32) -> *mut Slot {
    // SAFETY: the caller's word.
    unsafe {
        if kind(holder) == c::IS_REFERENCE {
            return &raw mut (*(holder as *mut Reference)).slot;
        }
        let array = &*(holder as *const Array);
        if array.is_packed() {
            (array.data as *mut Slot).add(number as usize)
        } else {
            &raw mut (*(array.data as *mut Bucket).add(number as usize)).slot
        }
    }
}

/// A copy of a node's image in the request's memory. What it holds of other nodes is null until the fixups run.
///
/// # Safety
/// `image` is a node's image.
unsafe fn copy(image: usize) -> *mut u8 {
    // SAFETY: the image says which kind it is.
    unsafe {
        if kind(image as u64) == c::IS_REFERENCE {
            let to = allocate(size_of::<Reference>());
            ptr::copy_nonoverlapping(image as *const u8, to, size_of::<Reference>());
            return to;
        }
        let array = &*(image as *const Array);
        let chains = hash_entries(array.mask) * size_of::<u32>();
        let element = if array.is_packed() { size_of::<Slot>() } else { size_of::<Bucket>() };
        let to = allocate(size_of::<Array>()).cast::<Array>();
        // The engine appends up to the table size without asking.
        let data = allocate(chains + array.size as usize * element);
        ptr::copy_nonoverlapping(
            (array.data as *const u8).sub(chains),
            data,
            chains + array.used as usize * element,
        );
        to.write(Array { data: data.add(chains) as u64, ..*array });
        to.cast()
    }
}

/// Memory of the request. Does not come back if there is none.
fn allocate(bytes: usize) -> *mut u8 {
    let layout = Layout::from_size_align(bytes, UNIT).expect("no more than a payload has");
    emalloc(layout)
}
