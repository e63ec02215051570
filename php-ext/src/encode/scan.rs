//! The first pass: breadth first over the arrays of a value, a place for each of its parts.
//!
//! The common case, without references that matter, needs to know nothing about the value's shape beyond what it meets:
//! an object makes nodes of a template of the arrays above it, and so does a reference that is seen to be shared at once, since the same
//! array has it again. When the scan meets another one that may be shared, or again an array that leads to references or objects, it stops
//! and starts again with `GRAPH`, after [`super::graph`] has explored which arrays and references must become nodes.

use super::leaf::{self, Leaf};
use super::{Encoder, Job, source};
use crate::payload::{MAX_UNITS, REFERENCE_UNITS, array_units, string_units};
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Reference, Slot, Text};
use std::ptr;

/// Why the scan ended early.
pub(super) enum Stop {
    /// References, or arrays with objects that several hold: their graph must be explored first.
    References,
    /// Objects that must be asked first, or that have properties without names.
    Gather,
    /// This element of this job's source cannot be stored.
    Offender { job: usize, element: usize },
    /// More than places can count.
    TooLarge,
}

/// An array that holds itself, in whatever way, has several holders and leads on: so [`Encoder::again`] finds each cycle.
/// `Refused` is what stops the scan from within one element.
pub(super) enum Refused {
    References,
    Gather,
    Unstorable,
}

impl Encoder {
    /// Walks all arrays, beginning with the root.
    pub(super) fn scan<const GRAPH: bool>(&mut self, root: &Slot) -> Result<(), Stop> {
        if root.kind() == c::IS_OBJECT {
            self.object::<GRAPH>(root, 0).map_err(at_root)?;
            self.fixups = 0;
        } else if GRAPH && let Some(known) = self.graph.array_node(root.array()) {
            self.node(root.array(), known, 0);
            // The value itself is held by whoever fetches it, not by a fixup.
            self.fixups = 0;
        } else if let Err(refused) = self.array::<GRAPH>(root, 0) {
            return Err(at_element(refused, 0, 0));
        }
        let mut next = 0;
        while next < self.jobs.len() {
            let job = &mut self.jobs[next];
            job.at = self.array_units as u32;
            if job.has(Job::NODE) {
                self.nodes[job.node as usize].at = job.at;
            } else {
                job.node = self.places.len() as u32;
            }
            self.array_units += if job.has(Job::REFERENCE | Job::OBJECT | Job::EMPTY) {
                self.scan_other::<GRAPH>(next)?
            } else {
                // SAFETY: a job of this value, of an array.
                let array = unsafe { source(job) };
                if array.is_packed() {
                    self.scan_packed::<GRAPH>(array, next)?
                } else {
                    self.scan_hash::<GRAPH>(array, next)?
                }
            };
            // All bits below the limit's highest are set in it.
            if self.array_units | self.text_units > MAX_UNITS {
                return Err(Stop::TooLarge);
            }
            next += 1;
        }
        Ok(())
    }

    /// These return the units that the image takes.
    fn scan_other<const GRAPH: bool>(&mut self, number: usize) -> Result<u64, Stop> {
        let job = self.jobs[number];
        if job.has(Job::OBJECT) {
            self.scan_object::<GRAPH>(&job, number)
        } else if job.has(Job::REFERENCE) {
            self.scan_reference::<GRAPH>(&job, number)
        } else {
            Ok(array_units(true, c::HT_MIN_MASK, 0))
        }
    }

    fn scan_packed<const GRAPH: bool>(&mut self, array: &Array, job: usize) -> Result<u64, Stop> {
        let slots = array.slots();
        if array.size > c::HT_MIN_SIZE {
            // Each fetch, or copy for writing, would allocate the places that a list keeps of a time when it was longer.
            self.jobs[job].size = array.size.min(array.used.next_power_of_two()).max(c::HT_MIN_SIZE);
        }
        let numbers = leaf::numbers(slots);
        let mut leaf = Leaf::new(array);
        if array.used <= leaf::MOST {
            slots[..numbers].iter().for_each(|slot| leaf.other(slot.value));
        }
        if numbers == slots.len() {
            if self.find_twin(array, job, leaf) {
                return Ok(0);
            }
            self.jobs[job].traits |= Job::FLAT;
            return Ok(array_units(true, c::HT_MIN_MASK, array.used));
        }
        let mut places = self.places.open(slots.len() - numbers);
        for (number, slot) in slots.iter().enumerate().skip(numbers) {
            let place = match slot.kind() {
                c::IS_STRING => {
                    let text = slot.text();
                    let place = self.text(text, text.hash());
                    leaf.place(place);
                    Some(place)
                }
                kind if kind <= c::IS_DOUBLE => {
                    leaf.other(scalar(slot, kind));
                    None
                }
                _ => {
                    leaf.is_leaf = false;
                    self.part::<GRAPH>(slot, job, |scan| {
                        scan.unusual_among::<GRAPH, _>(slot, slots, |slot| slot, job)
                    })
                    .map_err(|refused| at_element(refused, job, number))?
                }
            };
            if let Some(place) = place {
                // SAFETY: one for each slot at most.
                unsafe { places.note(place) };
            }
        }
        // SAFETY: nothing above notes otherwise.
        unsafe { self.places.close(places) };
        if leaf.is_leaf && self.find_twin(array, job, leaf) {
            return Ok(0);
        }
        Ok(array_units(true, c::HT_MIN_MASK, array.used))
    }

    fn scan_hash<const GRAPH: bool>(&mut self, array: &Array, job: usize) -> Result<u64, Stop> {
        let buckets = array.buckets();
        let mut row = self.shapes.of(buckets);
        let mut leaf = Leaf::new(array);
        let mut places = self.places.open(2 * buckets.len());
        let is_table = self.jobs[job].has(Job::TABLE);
        for bucket in buckets {
            // SAFETY: one for each bucket, and only this array's.
            let column = unsafe { row.column() };
            let kind = bucket.slot.kind();
            if kind == c::IS_UNDEF {
                leaf.other(0);
                continue;
            }
            if kind == c::IS_INDIRECT && is_left_out(&bucket.slot, &self.jobs[job]) {
                // No element, but in a hash chain.
                self.jobs[job].traits |= Job::COMPACT;
                leaf.is_leaf = false;
                continue;
            }
            if let Some(key) = bucket.text() {
                if column.key != bucket.key {
                    (column.key, column.key_place) = (bucket.key, self.text(key, bucket.hash));
                }
                leaf.place(column.key_place);
                // SAFETY: one for each key.
                unsafe { places.note(column.key_place) };
            } else if is_table {
                // It gets a name first.
                return Err(Stop::Gather);
            } else {
                leaf.other(bucket.hash);
            }
            let place = match kind {
                c::IS_STRING => {
                    if column.value != bucket.slot.value {
                        let text = bucket.slot.text();
                        (column.value, column.value_place) =
                            (bucket.slot.value, self.text(text, text.hash()));
                    }
                    leaf.place(column.value_place);
                    Some(column.value_place)
                }
                kind if kind <= c::IS_DOUBLE => {
                    leaf.other(scalar(&bucket.slot, kind));
                    None
                }
                _ => {
                    leaf.is_leaf = false;
                    match self.part::<GRAPH>(&bucket.slot, job, |scan| {
                        scan.unusual_among::<GRAPH, _>(bucket, buckets, |bucket| &bucket.slot, job)
                    }) {
                        Ok(place) => place,
                        Err(refused) => return Err(at_element(refused, job, number_of(bucket, buckets))),
                    }
                }
            };
            if let Some(place) = place {
                // SAFETY: one for each element.
                unsafe { places.note(place) };
            }
        }
        // SAFETY: nothing above notes otherwise.
        unsafe { self.places.close(places) };
        if leaf.is_leaf && self.find_twin(array, job, leaf) {
            return Ok(0);
        }
        let job = &self.jobs[job];
        let slots = if job.has(Job::COMPACT) { defined(buckets, job) } else { array.used };
        Ok(array_units(false, job.mask, slots))
    }

    fn scan_reference<const GRAPH: bool>(&mut self, job: &Job, number: usize) -> Result<u64, Stop> {
        // SAFETY: the caller's job.
        let reference = unsafe { reference(job) };
        if reference.slot.kind() > c::IS_DOUBLE {
            self.element::<GRAPH>(&reference.slot, number)
                .map_err(|refused| at_element(refused, number, 0))?;
        }
        Ok(REFERENCE_UNITS)
    }

    /// Notes the place of an element that needs one.
    #[inline(always)]
    pub(super) fn element<const GRAPH: bool>(&mut self, slot: &Slot, job: usize) -> Result<(), Refused> {
        let place = self.place_of::<GRAPH>(slot, job)?;
        if let Some(place) = place {
            self.places.push(place);
        }
        Ok(())
    }

    /// The place of an element, if it needs one.
    #[inline(always)]
    fn place_of<const GRAPH: bool>(&mut self, slot: &Slot, job: usize) -> Result<Option<u32>, Refused> {
        if slot.kind() == c::IS_STRING {
            let text = slot.text();
            return Ok(Some(self.text(text, text.hash())));
        }
        self.part::<GRAPH>(slot, job, |scan| scan.unusual::<GRAPH>(slot, job))
    }

    /// The same of one that is no string.
    #[inline(always)]
    fn part<const GRAPH: bool>(
        &mut self,
        slot: &Slot,
        job: usize,
        unusual: impl FnOnce(&mut Self) -> Result<Option<u32>, Refused>,
    ) -> Result<Option<u32>, Refused> {
        match slot.kind() {
            c::IS_ARRAY => self.array::<GRAPH>(slot, job).map(Some),
            c::IS_OBJECT => self.object::<GRAPH>(slot, job).map(Some),
            _ => unusual(self),
        }
    }

    /// An unusual element of an array.
    #[inline(never)]
    fn unusual_among<const GRAPH: bool, T>(
        &mut self,
        element: &T,
        all: &[T],
        slot_of: impl Fn(&T) -> &Slot,
        job: usize,
    ) -> Result<Option<u32>, Refused> {
        let slot = slot_of(element);
        if !GRAPH && slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount > 1 {
            let rest = all[number_of(element, all) + 1..].iter().map(slot_of);
            return self.shared_reference(slot, rest, job).map(Some);
        }
        self.unusual::<GRAPH>(slot, job)
    }

    /// References, indirections, and what cannot be stored.
    fn unusual<const GRAPH: bool>(&mut self, slot: &Slot, job: usize) -> Result<Option<u32>, Refused> {
        let slot = slot.direct();
        match slot.kind() {
            kind if kind <= c::IS_DOUBLE => Ok(None),
            c::IS_STRING | c::IS_ARRAY | c::IS_OBJECT => self.place_of::<GRAPH>(slot, job),
            c::IS_REFERENCE => {
                let reference = slot.reference();
                if GRAPH && let Some(known) = self.graph.node(reference) {
                    return Ok(Some(self.node(reference, known, job)));
                }
                if !GRAPH && reference.gc.refcount > 1 {
                    return self.shared_reference(slot, std::iter::empty(), job).map(Some);
                }
                self.flattened |= reference.slot.kind() == c::IS_ARRAY;
                // A scalar's says nothing, but that this reference is no node.
                Ok(self.unusual::<GRAPH>(&reference.slot, job)?.or(Some(0)))
            }
            _ => Err(Refused::Unstorable),
        }
    }

    /// The place of a string.
    #[inline(always)]
    pub(super) fn text(&mut self, text: &Text, hash: u64) -> u32 {
        let place = self.text_units as u32;
        // SAFETY: a live string with its hash; the value stays as it is until it is written.
        if let Some(seen) = unsafe { self.strings.see(text.start().addr(), hash, place) } {
            return seen;
        }
        self.texts.push(text);
        self.text_units += string_units(text.len);
        place
    }

    /// The job of an array, which waits for its own scan if it is new.
    #[inline(always)]
    fn array<const GRAPH: bool>(&mut self, slot: &Slot, parent: usize) -> Result<u32, Refused> {
        let array = slot.array();
        let next = self.jobs.len() as u32;
        if array.count == 0 {
            return Ok(match self.empty {
                Some((next_free, job)) if next_free == array.next_free => job,
                _ => {
                    self.empty = Some((array.next_free, next));
                    self.add_array(array, parent, Job::EMPTY)
                }
            });
        }
        if GRAPH
            && slot.is_counted()
            && let Some(known) = self.graph.array_node(array)
        {
            return Ok(self.node(array, known, parent));
        }
        // What has one holder is met once, unless objects share tables.
        if (!slot.is_counted() || array.gc.refcount > 1 || GRAPH && self.graph.shares_tables())
            && let Some(seen) = self.arrays.see_address(std::ptr::from_ref(array).addr(), next)
        {
            if !GRAPH && slot.is_counted() {
                self.again(array, seen)?;
            }
            return Ok(seen);
        }
        Ok(self.add_array(array, parent, 0))
    }

    /// An array that is met again: without a graph, only if nothing below it matters.
    fn again(&mut self, array: &Array, number: u32) -> Result<(), Refused> {
        let job = &mut self.jobs[number as usize];
        if self.flattened || !job.has(Job::PLAIN) && self.graph.leads_on(array, self.serial) {
            return Err(Refused::References);
        }
        job.traits |= Job::PLAIN;
        Ok(())
    }

    #[inline(always)]
    pub(super) fn add_array(&mut self, array: &Array, parent: usize, traits: u32) -> u32 {
        let number = self.jobs.len() as u32;
        let source = std::ptr::from_ref(array).addr() as u64;
        let parent = parent as u32;
        let mut job = Job { source, at: 0, parent, traits, size: array.size, mask: array.mask, node: 0 };
        if !array.is_packed() && wasteful(array) {
            // The engine's own choice for so many elements, and never less: it resets hash parts in steps of 64 bytes.
            job.size = array.count.next_power_of_two().max(c::HT_MIN_SIZE);
            job.mask = (2 * job.size).wrapping_neg();
            job.traits |= Job::COMPACT;
        }
        self.jobs.push(job);
        number
    }
}

/// Which element of its array this is.
#[inline(always)]
fn number_of<T>(element: &T, all: &[T]) -> usize {
    (ptr::from_ref(element).addr() - all.as_ptr().addr()) / size_of::<T>()
}

/// What tells a scalar from others of its kind, or its kind.
#[inline(always)]
fn scalar(slot: &Slot, kind: u32) -> u64 {
    if kind >= c::IS_LONG { slot.value } else { u64::from(kind) }
}

/// How many elements there are. A symbol table counts variables that are not set, too; images have no gaps.
#[cold]
fn defined(buckets: &[Bucket], job: &Job) -> u32 {
    buckets.iter().filter(|bucket| !is_left_out(&bucket.slot, job)).count() as u32
}

/// Holes, a symbol table's variables that are not set, and what stands for declared properties in an object's table.
#[inline(always)]
pub(super) fn is_left_out(slot: &Slot, job: &Job) -> bool {
    match slot.kind() {
        c::IS_UNDEF => true,
        c::IS_INDIRECT => job.has(Job::TABLE) || slot.direct().kind() == c::IS_UNDEF,
        _ => false,
    }
}

/// Whether a hash array is mostly holes, or its hash part made for many more elements than it has.
#[inline(always)]
fn wasteful(array: &Array) -> bool {
    let (used, count, size) = (u64::from(array.used), u64::from(array.count), u64::from(array.size));
    used > 2 * count || (size > u64::from(c::HT_MIN_SIZE) && size >= 4 * count)
}

/// For the value itself.
fn at_root(refused: Refused) -> Stop {
    at_element(refused, usize::MAX, 0)
}

pub(super) fn at_element(refused: Refused, job: usize, element: usize) -> Stop {
    match refused {
        Refused::References => Stop::References,
        Refused::Gather => Stop::Gather,
        Refused::Unstorable => Stop::Offender { job, element },
    }
}

/// The reference of a job.
///
/// # Safety
/// The job is of the value being encoded, and [`Job::REFERENCE`].
pub(super) unsafe fn reference<'a>(job: &Job) -> &'a Reference {
    // SAFETY: the caller's word; the value outlives both passes.
    unsafe { &*(job.source as *const Reference) }
}
