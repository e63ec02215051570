//! The second pass: fills a block with images, at the places that the first pass noted.

use super::block::Block;
use super::object::{ObjectJobs, case_name};
use super::places::Reader;
use super::scan::{is_left_out, reference};
use super::{Encoder, Job, NODE_PLACE, NULL_PLACE, Node, source};
use crate::objects::harvest::Harvest;
use crate::payload::*;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Counted, Reference, Slot, hash_entries};
use static_cache_core::copy_run;
use std::ptr;

/// Copies a hash part: twice as many entries as places for elements, of which there are eight by rule, and one in arrays that PHP 8.2
/// makes of requests' variables.
///
/// # Safety
/// `to` has room for as many.
#[inline(always)]
unsafe fn copy_chains(from: &[u32], to: *mut u32) {
    /// Of most arrays.
    type Fewest = [u32; 2 * c::HT_MIN_SIZE as usize];
    // SAFETY: the caller's word; a run has 16 bytes at least.
    unsafe {
        if let Ok(fewest) = <&Fewest>::try_from(from) {
            to.cast::<Fewest>().write(*fewest);
        } else if from.len() >= 4 {
            copy_run(from.as_ptr().cast(), to.cast(), size_of_val(from));
        } else {
            ptr::copy_nonoverlapping(from.as_ptr(), to, from.len());
        }
    }
}

/// Goes through the places in the order of their noting.
struct Writer<'a> {
    arrays: Block,
    texts: Block,
    jobs: &'a [Job],
    objects: &'a ObjectJobs,
    places: Reader,
    fixups: *mut Fixup,
    calls: *mut CallImage,
    nodes: &'a [Node],
}

impl Encoder {
    /// Fills the block with what the last plan found.
    ///
    /// # Safety
    /// `out` has the plan's length, and the planned value is as it was.
    #[inline(never)]
    pub(super) unsafe fn emit(&mut self, out: &mut [u8], address: usize) {
        let block = Block::new(out, address);
        let head = self.head();
        let layout = head.layout();
        let tables = if self.nodes.is_empty() { 0 } else { layout.images / UNIT };
        let arrays = block.part(tables);
        let texts = block.part(tables + self.array_units as usize);
        if tables > 0 {
            // SAFETY: the tables were counted in the plan's length.
            unsafe { self.emit_tables(&block, &head, &texts) };
        }
        let fixups = block.at_byte(layout.fixups);
        let calls = block.at_byte(layout.calls);
        let mut writer = Writer {
            arrays,
            texts,
            jobs: &self.jobs,
            objects: &self.objects,
            places: self.places.reader(),
            fixups,
            calls,
            nodes: &self.nodes,
        };
        for job in self.jobs.iter() {
            if job.has(Job::TWIN) {
                continue;
            }
            if !job.has(Job::NODE | Job::REFERENCE | Job::OBJECT | Job::EMPTY) {
                // SAFETY: planned there; the places follow in this order.
                unsafe { writer.array(job, Counted { refcount: UNCOUNTED, info: ARRAY_INFO }) };
                continue;
            }
            let counts = if job.has(Job::NODE) {
                let info = if job.has(Job::REFERENCE) { c::GC_REFERENCE } else { c::GC_ARRAY };
                Counted { refcount: self.nodes[job.node as usize].holders, info }
            } else {
                Counted { refcount: UNCOUNTED, info: ARRAY_INFO }
            };
            // SAFETY: planned there; the places follow in this order.
            unsafe {
                if job.has(Job::REFERENCE) {
                    writer.reference(job, counts);
                } else if job.has(Job::OBJECT) {
                    writer.object(job, counts.refcount);
                } else if job.has(Job::EMPTY) {
                    writer.empty(job);
                } else {
                    writer.array(job, counts);
                }
            }
        }
        debug_assert!(writer.places.is_at_end());
        let mut at = 0;
        for &text in self.texts.iter() {
            // SAFETY: a string of the value, which lives.
            let text = unsafe { &*text };
            // SAFETY: planned there, one after the other.
            unsafe { writer.texts.text(text, at) };
            at += string_units(text.len) as u32;
        }
    }
}

impl Writer<'_> {
    /// # Safety
    /// The job's image was planned at its place and its parts' places come next.
    #[inline(always)]
    unsafe fn object(&mut self, job: &Job, holders: u32) {
        let plan = self.objects.jobs[job.size as usize];
        let found = plan.found;
        let to = self.arrays.at::<ObjectImage>(job.at);
        // SAFETY: planned, says the caller: the image and as many slots as the plan counted.
        unsafe {
            to.write(ObjectImage::new(holders, plan.class, plan.count, plan.traits));
            let to = ObjectImage::slots(to).cast_mut();
            if plan.traits & ObjectImage::ENUM != 0 {
                return self.slot(case_name(&*plan.source), 0, job.node, 0, to);
            }
            for (number, slot) in (*plan.source).slots(plan.count).iter().enumerate() {
                let to = to.add(number);
                if slot.kind() == c::IS_UNDEF || !self.objects.is_chosen(found, number as u32) {
                    put(to, 0, c::IS_UNDEF, 0);
                } else {
                    self.slot(slot, 0, job.node, 2 * number as u32, to);
                }
            }
            if let Some(found) = found
                && found.argument.kind() > c::IS_DOUBLE
            {
                if found.call == Harvest::NONE {
                    self.place();
                    return;
                }
                let call = self.calls.add(found.call as usize);
                let offset = found.call * (size_of::<CallImage>() / UNIT) as u32;
                self.slot(&found.argument, 0, self.nodes.len() as u32, offset, &raw mut (*call).argument);
            }
        }
    }

    /// # Safety
    /// The job's image was planned at its place.
    unsafe fn empty(&mut self, job: &Job) {
        // SAFETY: the job is of the value being encoded.
        let next_free = unsafe { source(job) }.next_free;
        let data = self.arrays.address_of(job.at) + (size_of::<Array>() + 2 * size_of::<u32>()) as u64;
        let head = Array {
            gc: Counted { refcount: UNCOUNTED, info: ARRAY_INFO },
            flags: c::HASH_FLAG_UNINITIALIZED,
            mask: c::HT_MIN_MASK,
            data,
            used: 0,
            count: 0,
            size: c::HT_MIN_SIZE,
            cursor: 0,
            next_free,
            destructor: destructor(),
        };
        // SAFETY: planned, says the caller.
        unsafe {
            let to = self.arrays.at::<Array>(job.at);
            to.write(head);
            to.add(1).cast::<[u32; 2]>().write([c::HT_INVALID_IDX; 2]);
        }
    }

    /// # Safety
    /// The job's image was planned at its place and its parts' places come next.
    unsafe fn reference(&mut self, job: &Job, gc: Counted) {
        // SAFETY: the job is of the value being encoded.
        let slot = unsafe { &reference(job).slot };
        // SAFETY: planned, says the caller.
        unsafe {
            let to = self.arrays.at::<Reference>(job.at);
            (&raw mut (*to).gc).write(gc);
            (&raw mut (*to).sources).write(0);
            self.slot(slot, 0, job.node, 0, &raw mut (*to).slot);
        }
    }

    /// # Safety
    /// As for [`Writer::reference`].
    unsafe fn array(&mut self, job: &Job, gc: Counted) {
        // SAFETY: the job is of the value being encoded.
        let array = unsafe { source(job) };
        let chains = hash_entries(job.mask);
        let data_at = job.at + ((size_of::<Array>() + chains * size_of::<u32>()) / UNIT) as u32;
        let mut head = Array {
            gc,
            // All keys are interned from here on.
            flags: (array.flags & c::HASH_FLAG_PACKED) | c::HASH_FLAG_STATIC_KEYS,
            mask: job.mask,
            data: self.arrays.address_of(data_at),
            used: array.used,
            count: array.count,
            size: job.size,
            cursor: 0,
            next_free: array.next_free,
            destructor: destructor(),
        };
        let to = self.arrays.at::<Array>(job.at);
        let chain = to.wrapping_add(1).cast::<u32>();
        // SAFETY: head, hash part and as many elements as the plan counted are in the block, in this order; the writers
        // below write no more elements than that.
        unsafe {
            if array.is_packed() {
                chain.cast::<[u32; 2]>().write([c::HT_INVALID_IDX; 2]);
                self.packed(array, job, self.arrays.at(data_at));
            } else if job.has(Job::COMPACT) {
                head.used = self.compacted(array, job, chain, self.arrays.at(data_at));
                head.count = head.used;
            } else {
                copy_chains(array.chains(), chain);
                self.hash(array, job, self.arrays.at(data_at));
            }
            to.write(head);
        }
    }

    /// # Safety
    /// `to` has room for the array's elements.
    unsafe fn packed(&mut self, array: &Array, job: &Job, to: *mut Slot) {
        let slots = array.slots();
        if job.has(Job::FLAT) {
            for (number, slot) in slots.iter().enumerate() {
                // The last half of a zval's second word is left over from something else, outside of a hash.
                // SAFETY: the caller's word; a zval is two words.
                unsafe { to.add(number).cast::<[u64; 2]>().write([slot.value, u64::from(slot.info)]) };
            }
            return;
        }
        for (number, slot) in slots.iter().enumerate() {
            // SAFETY: the caller's word.
            unsafe { self.slot(slot, 0, job.node, 2 * number as u32, to.add(number)) };
        }
    }

    /// # Safety
    /// As for [`Writer::packed`].
    unsafe fn hash(&mut self, array: &Array, job: &Job, to: *mut Bucket) {
        for (number, bucket) in array.buckets().iter().enumerate() {
            // SAFETY: the caller's word.
            unsafe {
                let to = to.add(number);
                if bucket.slot.kind() == c::IS_UNDEF {
                    // A hole, which no chain leads to; what it once held is nobody's business.
                    to.write_bytes(0, 1);
                } else {
                    self.bucket(bucket, bucket.slot.next, job, number, to);
                }
            }
        }
    }

    /// # Safety
    /// `to` has room.
    #[inline(always)]
    unsafe fn bucket(&mut self, bucket: &Bucket, next: u32, job: &Job, number: usize, to: *mut Bucket) {
        let mut key = 0;
        // SAFETY: the caller's word.
        unsafe {
            if bucket.key != 0 {
                let place = self.place();
                key = self.texts.address_of(place);
            }
            (&raw mut (*to).key).write(key);
            (&raw mut (*to).hash).write(bucket.hash);
            self.slot(&bucket.slot, next, job.node, 4 * number as u32, &raw mut (*to).slot);
        }
    }

    /// Writes the elements without holes and chains them; returns their number.
    ///
    /// # Safety
    /// As for [`Writer::packed`], and `chain` has room for the job's hash part.
    unsafe fn compacted(&mut self, array: &Array, job: &Job, chain: *mut u32, to: *mut Bucket) -> u32 {
        let entries = hash_entries(job.mask);
        // SAFETY: the caller's word.
        let chains = unsafe {
            chain.write_bytes(0xff, entries);
            std::slice::from_raw_parts_mut(chain, entries)
        };
        let mut number = 0;
        for bucket in array.buckets() {
            if is_left_out(&bucket.slot, job) {
                continue;
            }
            // The engine counts chains back from the data, with the negative index `hash | mask`.
            let head = &mut chains[(bucket.hash as u32 & !job.mask) as usize];
            let next = std::mem::replace(head, number);
            // SAFETY: the caller's word.
            unsafe { self.bucket(bucket, next, job, number as usize, to.add(number as usize)) };
            number += 1;
        }
        number
    }

    /// # Safety
    /// The part that is being written has a place.
    #[inline(always)]
    unsafe fn place(&mut self) -> u32 {
        // SAFETY: the first pass noted one for each part that has one, in this order.
        unsafe { self.places.next() }
    }

    /// Writes the image of an element, with `next` as its place in the hash chain. Should it be a node: `holder` is the node
    /// whose element it is, `offset` says where in that.
    ///
    /// # Safety
    /// `to` has room.
    #[inline(always)]
    unsafe fn slot(&mut self, slot: &Slot, next: u32, holder: u32, offset: u32, to: *mut Slot) {
        // SAFETY: the caller's word.
        unsafe {
            match slot.kind() {
                c::IS_STRING => {
                    let place = self.place();
                    put(to, self.texts.address_of(place), c::IS_INTERNED_STRING_EX, next);
                }
                c::IS_ARRAY => {
                    let place = self.place();
                    self.array_slot(place, next, holder, offset, to);
                }
                kind if kind <= c::IS_DOUBLE => put(to, scalar(slot), kind, next),
                _ => self.unusual(slot, next, holder, offset, to),
            }
        }
    }

    /// Behind a reference there is always a place, also for a scalar, where it says nothing: the second pass cannot tell
    /// otherwise whether the reference is a node or stored as its value.
    ///
    /// # Safety
    /// As for [`Writer::slot`].
    unsafe fn unusual(&mut self, slot: &Slot, next: u32, holder: u32, offset: u32, to: *mut Slot) {
        let slot = slot.direct();
        // SAFETY: the caller's word.
        unsafe {
            if !matches!(slot.kind(), c::IS_REFERENCE | c::IS_OBJECT) {
                return self.slot(slot, next, holder, offset, to);
            }
            let place = self.place();
            if place == NULL_PLACE {
                return put(to, 0, c::IS_NULL, next);
            }
            if place & NODE_PLACE != 0 {
                return self.fixup(place, holder, offset, next, to);
            }
            let slot = &slot.reference().slot;
            match slot.kind() {
                c::IS_STRING => put(to, self.texts.address_of(place), c::IS_INTERNED_STRING_EX, next),
                c::IS_ARRAY => self.array_slot(place, next, holder, offset, to),
                kind => put(to, scalar(slot), kind, next),
            }
        }
    }

    /// An array's image, or null for a node.
    ///
    /// # Safety
    /// As for [`Writer::slot`].
    #[inline(always)]
    unsafe fn array_slot(&mut self, place: u32, next: u32, holder: u32, offset: u32, to: *mut Slot) {
        let node = if place & NODE_PLACE != 0 {
            place
        } else {
            let job = &self.jobs[place as usize];
            if !job.has(Job::NODE) {
                // SAFETY: the caller's word.
                return unsafe { put(to, self.arrays.address_of(job.at), c::IS_ARRAY, next) };
            }
            job.node
        };
        // SAFETY: the caller's word.
        unsafe { self.fixup(node, holder, offset, next, to) };
    }

    /// Null, until fetch makes it a node's copy.
    ///
    /// # Safety
    /// As for [`Writer::slot`].
    unsafe fn fixup(&mut self, place: u32, holder: u32, offset: u32, next: u32, to: *mut Slot) {
        let node = place & !NODE_PLACE;
        let kind = self.nodes[node as usize].kind;
        let fixup = Fixup { holder, offset, target: node | kind };
        // SAFETY: the plan counted the fixups, one for each such place; the caller's word for the slot.
        unsafe {
            self.fixups.write(fixup);
            self.fixups = self.fixups.add(1);
            put(to, 0, c::IS_NULL, next);
        }
    }
}

/// Writes a zval field by field: as one structure it would be put together in memory and read back too early for the
/// processor to forward it, which costs more than all the rest.
///
/// # Safety
/// `to` has room.
#[inline(always)]
unsafe fn put(to: *mut Slot, value: u64, info: u32, next: u32) {
    // SAFETY: the caller's word.
    unsafe {
        (&raw mut (*to).value).write(value);
        (&raw mut (*to).info).write(info);
        (&raw mut (*to).next).write(next);
    }
}

/// The value word of a scalar: what undefined, null and bools have there is left over from something else.
#[inline(always)]
fn scalar(slot: &Slot) -> u64 {
    if slot.kind() >= c::IS_LONG { slot.value } else { 0 }
}

/// What the engine's own arrays have.
fn destructor() -> u64 {
    let destructor: unsafe extern "C" fn(*mut ext_php_rs::ffi::zval) = ext_php_rs::ffi::zval_ptr_dtor;
    destructor as usize as u64
}
