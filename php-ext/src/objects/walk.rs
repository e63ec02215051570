//! Where a walk over a value is: levels, one within the other, and the parts of each. What is done with the parts is up to
//! [`gather`](super::gather). Nothing here runs user code.

use super::engine::undefined;
use super::harvest::{Action, Harvest};
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot};

/// What is being walked over.
#[derive(Clone, Copy)]
pub(super) enum Walk {
    /// The elements of an array, as they are at each step.
    Array(*const Array),
    /// The dynamic properties of an object, in its table as it is at each step: what stands for declared ones is passed over.
    Table(*const Object),
    /// The declared properties of an object.
    Slots(*const Object),
    /// Those that `__sleep` chose, of the object that has this number among what was found.
    Chosen(u32),
    /// An object's properties are done: its calls come now.
    Done { late: Option<Action> },
}

/// What the elements of an array are called in a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Keys,
    /// They are keys of what a method gave.
    Method,
    /// They are an object's properties.
    Properties,
    /// They are those of a heap's [contents](super::heap::contents).
    Heap,
    /// The same for a priority queue.
    Queue,
}

/// One level of the walk.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub(super) walk: Walk,
    /// The part that comes next.
    pub(super) at: u32,
    /// How many parts there were when the walk over them began. (What was chosen does not change.)
    end: u32,
    pub(super) names: Names,
    /// What [`Walk::Done`] is of, among what was found.
    pub(super) found: u32,
    /// What `serialize()` writes with its function for tables: there, before PHP 8.4, an array within itself is null.
    pub(super) nested: bool,
    /// An array that was met in such a table, here or where it is being walked over around this.
    pub(super) guarded: bool,
    /// An array that several hold.
    pub(super) is_shared: bool,
    /// How many levels around this one are no arrays.
    pub(super) objects: u32,
}

/// How many levels of the walk are no arrays.
pub(super) fn objects(frames: &[Frame]) -> u32 {
    frames.last().map_or(0, |frame| frame.objects + u32::from(!matches!(frame.walk, Walk::Array(_))))
}

/// Begins to walk over something within what is being walked over; `found` is [`Harvest::NONE`] for all but [`Walk::Done`].
///
/// # Safety
/// The caller's harvest, which holds what is walked over.
#[inline]
pub(super) unsafe fn push(harvest: *mut Harvest, walk: Walk, end: u32, names: Names, found: u32) {
    // SAFETY: the caller's harvest.
    unsafe {
        let objects = objects(&(*harvest).frames);
        (*harvest).frames.push(Frame {
            walk,
            at: 0,
            end,
            names,
            found,
            nested: true,
            guarded: false,
            is_shared: false,
            objects,
        })
    };
}

/// The next part that has to be looked at: no hole, no scalar, no string.
///
/// # Safety
/// The walk's subject lives. An object has as many slots as its frame says; an array or table may have changed. The frame is one of the
/// harvest's.
#[inline]
pub(super) unsafe fn next_part(harvest: *const Harvest, frame: &mut Frame) -> Option<Slot> {
    // What came behind the end is left to another walk: methods that add an object each time would keep this one going.
    let from = frame.at as usize;
    // SAFETY: the caller's word. No user code runs while they are looked at.
    let found = unsafe {
        match frame.walk {
            Walk::Array(array) => {
                let end = (*array).extent().min(frame.end) as usize;
                if from >= end {
                    None
                } else if (*array).is_packed() {
                    first_to_visit((*array).slots()[from..end].iter())
                } else {
                    first_to_visit((*array).buckets()[from..end].iter().map(|bucket| &bucket.slot))
                }
            }
            Walk::Table(object) => {
                let end = table_len(object).min(frame.end) as usize;
                let parts = (from..end).map(|at| part(frame.walk, at));
                parts.enumerate().find(|(_, slot)| slot.kind() > c::IS_STRING)
            }
            Walk::Slots(object) => first_to_visit((*object).slots(frame.end)[from..].iter()),
            Walk::Chosen(number) => {
                let (found, chosen) = (*harvest).chosen_of(number);
                first_to_visit(chosen[from..].iter().map(|which| found.chosen_value(*which)))
            }
            Walk::Done { .. } => None,
        }
    };
    let (further, slot) = found?;
    frame.at = (from + further) as u32 + 1;
    Some(slot)
}

/// The first of these that is no hole, scalar or string, and its number among them.
#[inline(always)]
fn first_to_visit<'a>(slots: impl Iterator<Item = &'a Slot>) -> Option<(usize, Slot)> {
    let (number, slot) = slots.map(Slot::direct).enumerate().find(|(_, slot)| slot.kind() > c::IS_STRING)?;
    Some((number, *slot))
}

/// How many elements an object's table has now, holes included.
///
/// # Safety
/// A live object.
unsafe fn table_len(object: *const Object) -> u32 {
    // SAFETY: the caller's word.
    unsafe { (*object).table() }.map_or(0, Array::extent)
}

/// One part of what is walked over; undefined where there is nothing to be stored.
///
/// # Safety
/// As for [`next_part`]; of an array or table a part that it has now.
#[inline(always)]
pub(super) unsafe fn part(walk: Walk, at: usize) -> Slot {
    // SAFETY: the caller's word.
    unsafe {
        match walk {
            Walk::Array(array) => *(*array).value(at).direct(),
            Walk::Table(object) => match (*object).table().map(|table| table.element(at).slot) {
                Some(slot) if slot.kind() != c::IS_INDIRECT => slot,
                _ => undefined(),
            },
            Walk::Slots(object) => (*object).slots(at as u32 + 1)[at],
            Walk::Chosen(_) | Walk::Done { .. } => undefined(),
        }
    }
}
