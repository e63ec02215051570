//! Before a value with objects can be stored, methods have to be asked: `__serialize`, `__sleep`, `serialize`, initialisers
//! of lazy objects. Here they are, in the order in which `serialize()` would ask them, and what they answer is kept in a
//! [`Harvest`] for the encoder, which itself runs no user code.
//!
//! User code may do anything meanwhile: change what was walked over, store and fetch, suspend its fiber, throw, exit. So what
//! is walked over is held, all state is in the harvest, which the thread's list knows, and no Rust value that needs dropping
//! is on the stack while user code runs.
//!
//! To hold an array keeps the engine from changing it in place, but not `ArrayObject`: its `__serialize()` gives away the array that it
//! keeps its elements in, and goes on to change that very one. So an array may have fewer elements at each step, others, or
//! moved ones.
//!
//! An object's table of properties is not held, but its object: of a table with two holders the engine makes a copy when a
//! property is to be added, changed or unset, and in the copy the indirections to declared properties are values, which follow
//! them no longer. So it may be another one at each step. What a walk misses then, the encoder meets and wants gathered.

use super::class::Facts;
use super::harvest::{Found, Harvest, Outcome};
use super::lazy::{is_another, is_lazy, note_others};
use super::numbered::{self, has_numbers};
use super::path::path;
use super::plain::{is_passed_over, is_plain};
use super::walk::{Frame, Names, Walk, next_part, objects, push};
use super::{methods, native, refusing, sleep, with_classes};
use crate::encode::Unstorable;
use crate::module::local;
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot};

/// Why gathering ended early.
pub(crate) enum Stop {
    /// User code threw.
    Thrown,
    /// An object's own internal method threw: see [`refusing`]. [`gather`] makes it the next one.
    Refused,
    Unstorable(Unstorable),
}

/// More walks than this over one value, because user code makes it another one each time, and it is refused.
const MOST_RUNS: u32 = 16;

/// Asks all objects of a value that were not asked before.
///
/// # Safety
/// `value` lives through the call, `harvest` too, and nobody else uses the latter. May leave by a jump: no Rust value of
/// the caller's needs dropping.
pub(crate) unsafe fn gather(harvest: *mut Harvest, value: *const Slot) -> Result<(), Stop> {
    // SAFETY: the caller's word. The references to the thread's state end at once.
    unsafe {
        (*local()).objects.thrown_at = None;
        let gathered = gather_all(harvest, value);
        if matches!(gathered, Err(Stop::Refused)) {
            let path = path(&*harvest);
            return Err(Stop::Unstorable(Unstorable { path, reason: refusing::take_message() }));
        }
        if matches!(gathered, Err(Stop::Thrown)) {
            let path = path(&*harvest);
            (*local()).objects.thrown_at = Some(path);
        }
        gathered
    }
}

/// The walk from its beginning to its end, or to what stops it.
///
/// # Safety
/// As for [`gather`].
unsafe fn gather_all(harvest: *mut Harvest, value: *const Slot) -> Result<(), Stop> {
    // SAFETY: the caller's word. References to the harvest end before user code runs.
    unsafe {
        (*harvest).walked.begin();
        (*harvest).frames.clear();
        (*harvest).again = false;
        numbered::begin(&mut *harvest);
        (*harvest).runs += 1;
        if (*harvest).runs > MOST_RUNS {
            let reason = "it becomes another one each time its objects' methods are called".into();
            return Err(Stop::Unstorable(Unstorable { path: String::new(), reason }));
        }
        visit(harvest, *value, false)?;
        while let Some(frame) = (*harvest).frames.last_mut() {
            if let Walk::Done { late } = frame.walk {
                let found = frame.found;
                (*harvest).frames.pop();
                (*harvest).add_late(late, found);
                continue;
            }
            // Where an array was walked over again within itself, what is left of the outer walk has been visited.
            let again = frame.is_shared && (*harvest).again;
            let part = if again && is_done(harvest, frame.walk) { None } else { next_part(harvest, frame) };
            match part {
                Some(slot) => {
                    let nested = frame.nested;
                    visit(harvest, slot, nested)?;
                }
                None => {
                    let (walk, is_shared) = (frame.walk, frame.is_shared);
                    (*harvest).frames.pop();
                    if is_shared {
                        set_done(harvest, walk);
                    }
                }
            }
        }
        (*harvest).number_calls();
        look_again(harvest);
    }
    Ok(())
}

/// Notes for the encoder what methods that were called since may have changed: names of properties under ints, and what lazy objects
/// are. Runs no user code.
///
/// # Safety
/// The caller's harvest, which holds what it names. May leave by a jump.
pub(crate) unsafe fn look_again(harvest: *mut Harvest) {
    // SAFETY: the caller's word.
    unsafe {
        note_others(harvest);
        numbered::name_all(harvest);
    }
}

/// Steps into a part.
///
/// # Safety
/// As for [`gather`].
unsafe fn visit(harvest: *mut Harvest, slot: Slot, nested: bool) -> Result<(), Stop> {
    let (mut slot, mut nested) = (slot, nested);
    // SAFETY: live values; the harvest is not used elsewhere meanwhile.
    unsafe {
        if slot.kind() == c::IS_REFERENCE {
            if slot.reference().gc.refcount > 1 && !first_time(harvest, &slot) {
                return Ok(());
            }
            nested &= slot.reference().gc.refcount == 1;
            slot = slot.reference().slot;
        }
        match slot.kind() {
            c::IS_ARRAY => {
                let array = slot.array();
                if !is_passed_over(&slot)
                    && let Some((first, guarded)) = first_part(harvest, &slot, nested)
                {
                    push(harvest, Walk::Array(array), array.used, Names::Keys, Harvest::NONE);
                    if let Some(frame) = (*harvest).frames.last_mut() {
                        (frame.at, frame.guarded, frame.is_shared) = (first, guarded, array.gc.refcount > 1);
                    }
                    (*harvest).keep(slot);
                }
                Ok(())
            }
            c::IS_OBJECT => object(harvest, slot),
            kind if kind <= c::IS_STRING => Ok(()),
            _ => refuse(harvest, crate::encode::reason(&slot)),
        }
    }
}

/// What [`Harvest::walked`] has of an array that several hold, by its address, is the innermost level in which it is being walked over,
/// counted from 1; or this, once nothing in it is left to be visited. (Walks around the innermost one go on with the part that they are in.)
const DONE: u32 = 0;

/// From which part on an array is walked over here, and whether it is guarded; `None` if it is not. One that several hold is looked
/// through where it is met first.
///
/// # Safety
/// As for [`gather`], of a live array that is not empty.
unsafe fn first_part(harvest: *mut Harvest, slot: &Slot, nested: bool) -> Option<(u32, bool)> {
    let (array, address) = (slot.array(), slot.value as usize);
    // SAFETY: the caller's word.
    unsafe {
        if array.gc.refcount == 1 {
            return leads_on(array).then_some((0, nested));
        }
        let next = (*harvest).frames.len() as u32 + 1;
        match (*harvest).walked.find(address) {
            Some(DONE) => None,
            Some(level) => {
                let start = under_way(&(*harvest).frames, level, nested)?;
                (*harvest).again = true;
                (*harvest).walked.renumber(address, next);
                Some(start)
            }
            None => {
                let leads = leads_on(array);
                (*harvest).walked.see_address(address, if leads { next } else { DONE });
                if !leads {
                    (*harvest).keep(*slot);
                }
                leads.then_some((0, nested))
            }
        }
    }
}

/// Whether nothing of what is walked over is left to be visited, since it was walked over again within itself.
///
/// # Safety
/// As for [`gather`].
#[cold]
unsafe fn is_done(harvest: *mut Harvest, walk: Walk) -> bool {
    let Walk::Array(array) = walk else { return false };
    // SAFETY: the caller's word.
    unsafe { (*harvest).walked.find(array.addr()) == Some(DONE) }
}

/// Notes that a walk is over, if it was one over an array.
///
/// # Safety
/// As for [`gather`].
unsafe fn set_done(harvest: *mut Harvest, walk: Walk) {
    if let Walk::Array(array) = walk {
        // SAFETY: the caller's word.
        unsafe { (*harvest).walked.renumber(array.addr(), DONE) };
    }
}

/// Whether there is anything in an array that has to be visited.
///
/// # Safety
/// A live array that is not empty.
unsafe fn leads_on(array: &Array) -> bool {
    let leads_on = |slot: &Slot| slot.direct().kind() > c::IS_STRING;
    if array.is_packed() {
        array.slots().iter().any(leads_on)
    } else {
        array.buckets().iter().any(|bucket| leads_on(&bucket.slot))
    }
}

/// Whether an object, or a reference that several hold, is met for the first time in this walk.
///
/// # Safety
/// As for [`gather`].
unsafe fn first_time(harvest: *mut Harvest, slot: &Slot) -> bool {
    // SAFETY: the caller's word.
    unsafe { (*harvest).walked.see_address(slot.value as usize, 0) }.is_none()
}

/// An array that holds itself, by way of an object, is walked over again within itself, as `serialize()` does; but before
/// PHP 8.4 not where it writes null instead. (One that holds itself by way of references only is not.) From the part on that the walk
/// around it is in: what comes before has been visited. Once such a walk is over, nothing is left for those around it, or for another one.
fn under_way(frames: &[Frame], level: u32, nested: bool) -> Option<(u32, bool)> {
    let around = frames.get(level as usize - 1)?;
    let through_object = objects(frames) > around.objects;
    let is_null = !cfg!(php84) && nested && around.guarded;
    (through_object && !is_null).then(|| (around.at.saturating_sub(1), nested || around.guarded))
}

/// Refuses the value because of where the walk is.
pub(super) fn refuse(harvest: *mut Harvest, reason: String) -> Result<(), Stop> {
    // SAFETY: the caller's harvest.
    let path = unsafe { path(&*harvest) };
    Err(Stop::Unstorable(Unstorable { path, reason }))
}

/// Asks an object, or sees that it need not be asked, and steps into its properties.
///
/// # Safety
/// As for [`gather`], of a live object.
unsafe fn object(harvest: *mut Harvest, slot: Slot) -> Result<(), Stop> {
    // SAFETY: live values; no reference to the harvest is kept while user code runs.
    unsafe {
        if !first_time(harvest, &slot) {
            return Ok(());
        }
        (*harvest).keep(slot);
        let object: *const Object = slot.object();
        let facts = with_classes(|classes| classes.of_object(object.cast()));
        if facts.has(Facts::ENUM) {
            return Ok(());
        }
        if facts.has(Facts::REFUSED) {
            return refuse(harvest, facts.refusal());
        }
        if !facts.has(Facts::GATHERED) && !is_lazy(object) {
            push_properties(harvest, object, object, &facts);
            return Ok(());
        }
        // Asked in an earlier walk: only its parts may be new. Where methods are asked, they are asked once.
        if let Some(found) = (*harvest).find(object).copied()
            && (facts.has(Facts::GATHERED) || !found.is_stale && !is_another(object, &found))
        {
            return walk_again(harvest, object, found, &facts);
        }
        let number = (*harvest).number_of(object);
        if !facts.has(Facts::GATHERED) {
            (*harvest).lazy.push(object);
        }
        if facts.has(Facts::SERIALIZE) {
            methods::serialize(harvest, object, number, &facts)
        } else if facts.has(Facts::TEXT) {
            methods::text(harvest, object, number)
        } else if facts.has(Facts::NATIVE) {
            native::write(harvest, object, number)
        } else if facts.has(Facts::SLEEP) {
            sleep::ask(harvest, object, number, &facts)
        } else {
            methods::properties(harvest, object, number, &facts)
        }
    }
}

/// Walks again over what was found of an object.
///
/// # Safety
/// As for [`gather`], of a live object and what was found of it.
unsafe fn walk_again(
    harvest: *mut Harvest,
    object: *const Object,
    found: Found,
    facts: &Facts,
) -> Result<(), Stop> {
    // SAFETY: the caller's harvest, which holds what was found.
    unsafe {
        match found.outcome {
            Outcome::Null => {}
            Outcome::Data => return visit(harvest, found.argument, false),
            Outcome::Slots => {
                push_properties(harvest, object, found.source, facts);
                return visit(harvest, found.argument, false);
            }
            Outcome::Chosen => push_chosen(harvest, object),
        }
    }
    Ok(())
}

/// Walks again over what `__sleep` chose, and over nothing else: the rest is not stored, and may be what cannot be.
///
/// # Safety
/// The caller's harvest, which knows the object.
unsafe fn push_chosen(harvest: *mut Harvest, object: *const Object) {
    // SAFETY: the caller's harvest.
    unsafe {
        let number = (*harvest).number_of(object);
        push(harvest, Walk::Chosen(number), 0, Names::Properties, Harvest::NONE);
    }
}

/// Walks over the properties of an object, which are where its source is. The harvest holds both.
///
/// # Safety
/// The caller's harvest; a live, held object, and one that has its properties in the slots of its class.
#[inline]
pub(super) unsafe fn push_properties(
    harvest: *mut Harvest,
    object: *const Object,
    source: *const Object,
    facts: &Facts,
) {
    // SAFETY: a live object, and one that has its properties in the slots of that class; the frames are taken from the end.
    unsafe {
        if let Some(table) = (*source).table().filter(|table| table.count > 0) {
            if has_numbers(table) {
                (*harvest).numbered.push(object);
            }
            push(harvest, Walk::Table(source), table.used, Names::Properties, Harvest::NONE);
        }
        // A heap's elements may come before them, and user code with these.
        if facts.has(Facts::HEAP | Facts::QUEUE) || !(*source).slots(facts.slots).iter().all(is_plain) {
            push(harvest, Walk::Slots(source), facts.slots, Names::Properties, Harvest::NONE);
            if let Some(frame) = (*harvest).frames.last_mut() {
                frame.nested = (*source).table().is_some();
            }
        }
    }
}
