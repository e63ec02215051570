//! One target's values into shared memory, and how messages name them.

use std::time::Duration;

use ext_php_rs::ffi::zval;
use static_cache_core::{Error, Mode, Space, Stored, wait_once};

use super::image::{self, DECLARED, VALUE};
use super::publish::Outcome;
use super::{Dropped, Statics, baseline, closures, engine, is_outdated, relatives, with};
use crate::api::table::fenced_or;
use crate::encode::{Encoder, Refusal, Unstorable};
use crate::engine::set_string;
use crate::messages;
use crate::module::{local, refusal};
use crate::objects::asking::Attempt;
use crate::objects::harvest::Harvest;
use crate::payload::TAG_STATICS;
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// The members' values as an array of the engine's, and which of them are values, as a string. Holds all of them. May leave
/// by a jump.
///
/// # Safety
/// A target of this request. No Rust value of the caller's needs dropping.
pub(super) unsafe fn collect(number: usize) -> (Slot, Slot) {
    let members = with(|statics| statics.targets[number].members());
    // SAFETY: members of a class of this request; values are held by the array. The room for marks is the thread's.
    unsafe {
        let array = engine::_zend_new_array(members.len() as u32);
        with(|statics| statics.key.clear());
        for member in members {
            let member = with(|statics| statics.members[member]);
            let place = member.place;
            let mut value = Slot::NULL;
            let current = if baseline::is_value(&member) { place.current() } else { None };
            // A closure cannot be stored, and the default gives it again.
            let current = current.filter(|slot| !closures::are_declared(place, &**slot));
            let has_value = current.is_some();
            if let Some(slot) = current {
                let slot = &*slot;
                // One that nobody else uses stands for what it holds.
                let alone = slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount == 1;
                value = Slot { next: 0, ..if alone { *slot.behind_reference() } else { *slot } };
            }
            engine::hold(&value);
            engine::zend_hash_next_index_insert(array, (&raw mut value).cast());
            with(|statics| statics.key.push(if has_value { VALUE } else { DECLARED }));
        }
        let mut marks = Slot::NULL;
        let room = with(|statics| statics.key.as_slice() as *const [u8]);
        set_string((&raw mut marks).cast(), &*room);
        (Slot::counted(array, c::IS_ARRAY_EX), marks)
    }
}

/// One attempt, without user code.
///
/// # Safety
/// A target of this request, what [`collect`] gave for it, and what was gathered of that.
pub(super) unsafe fn attempt(
    number: usize,
    array: &Slot,
    marks: &Slot,
    harvest: Option<&Harvest>,
) -> Result<Outcome, Attempt> {
    // SAFETY: the caller's word.
    let body = || unsafe { attempt_unguarded(number, array, marks, harvest) };
    fenced_or(body, || Err(Attempt::Message("internal error".into())))
}

/// # Safety
/// As for [`attempt`].
unsafe fn attempt_unguarded(
    number: usize,
    array: &Slot,
    marks: &Slot,
    harvest: Option<&Harvest>,
) -> Result<Outcome, Attempt> {
    // SAFETY: this thread's own; nothing below runs user code. The class is of this request, the values are live.
    unsafe {
        let local = &mut *local();
        let target = &mut local.statics.targets[number];
        // Methods have run since this was found due; from here to the store nothing does.
        if !target.due || is_outdated(target.class) {
            return Ok(Outcome::NotStored);
        }
        let policy = target.policy;
        let encoder = local.encoder.get_or_insert_with(Encoder::new);
        let Some(session) = local.backends[policy.backend as usize].session(policy.backend) else {
            return Err(Attempt::Message(refusal(policy.backend)));
        };
        let value = &*std::ptr::from_ref(array).cast::<zval>();
        let plan = match encoder.plan(value, harvest) {
            Ok(plan) => plan,
            Err(Refusal::Gather) => return Err(Attempt::Gather(())),
            Err(Refusal::Unstorable(why)) => return Err(Attempt::Message(refused(number, &why))),
        };
        let classes = encoder.classes();
        let relatives = (classes.len() > 0).then(|| relatives::of(classes));
        let file = engine::file_of(target.class);
        let before =
            image::before_block(file, target.fingerprint, marks.text().bytes(), relatives.as_deref());
        target.write_key(&mut local.statics.key);
        let (block, bits) = (before.len(), image::bits(plan.tag, before.len()));
        let ttl = (policy.ttl > 0).then(|| Duration::from_secs(policy.ttl));
        let key = &local.statics.key;
        let fill = |payload: &mut [u8], address: usize| {
            payload[..block].copy_from_slice(&before);
            encoder.write(value, plan, &mut payload[block..], address + block);
        };
        let mode = if target.initial { Mode::Add } else { Mode::Put };
        let stuck = &mut local.statics.stuck[policy.backend as usize];
        let stored = wait_once(*stuck, || {
            session.store_with(Space::Class, key, TAG_STATICS, bits, block + plan.len, ttl, mode, fill)
        });
        *stuck |= matches!(stored, Err(Error::LockTimeout { .. }));
        let outcome = match stored {
            Ok(Stored::Stored) => {
                // Before destructors run, which may take it away again.
                (target.dropped, target.due, target.stored) = (Dropped::No, false, true);
                Ok(Outcome::Published)
            }
            Ok(Stored::Present | Stored::Lost) => Ok(Outcome::Present),
            Err(error) => Err(error),
        };
        let shown = || messages::shown_class(target.shown().as_bytes());
        outcome.map_err(|error| {
            let failed = match Attempt::failed_shown(policy.backend, &shown(), &error) {
                Attempt::Full(message) => {
                    let largest = largest_member(encoder, array, harvest);
                    Attempt::Full(message + &most_of_it(number, largest))
                }
                other => other,
            };
            encoder.abandon();
            failed
        })
    }
}

/// Which of the members' values takes most, by its number.
///
/// # Safety
/// As for [`attempt`].
#[cold]
unsafe fn largest_member(encoder: &mut Encoder, array: &Slot, harvest: Option<&Harvest>) -> usize {
    // SAFETY: the elements of the caller's array are live values, laid out like zvals.
    let values =
        unsafe { array.array().slots().iter().map(|slot| &*std::ptr::from_ref(slot).cast::<zval>()) };
    let sizes = values.map(|value| encoder.plan(value, harvest).map_or(0, |plan| plan.len));
    sizes.enumerate().max_by_key(|(_, size)| *size).map_or(0, |(at, _)| at)
}

/// Names a member, unless the target is no more than that.
///
/// # Safety
/// A target of this request.
#[cold]
unsafe fn most_of_it(number: usize, at: usize) -> String {
    let path = format!("[{at}]");
    with(|statics| {
        // SAFETY: the caller's target, which has so many members.
        let (all, (largest, _)) =
            unsafe { (statics.targets[number].shown(), member(statics, number, &path)) };
        if largest == all { String::new() } else { format!("; most of it is {largest}") }
    })
}

/// Why a value cannot be stored. Its path begins with the number of a member.
///
/// # Safety
/// A target of this request.
pub(super) unsafe fn refused(number: usize, why: &Unstorable) -> String {
    with(|statics| {
        // SAFETY: the caller's target.
        let (root, rest) = unsafe { member(statics, number, &why.path) };
        messages::unstorable(statics.targets[number].policy.backend, &root, rest, &why.reason)
    })
}

/// The member that a path begins with by its number, and the path from there; the target itself where there is none.
///
/// # Safety
/// A target of this request.
pub(super) unsafe fn member<'a>(statics: &Statics, number: usize, path: &'a str) -> (String, &'a str) {
    let target = &statics.targets[number];
    let parts = path.strip_prefix('[').and_then(|path| path.split_once(']'));
    let found = parts.and_then(|(at, rest)| Some((at.parse::<usize>().ok()?, rest)));
    // SAFETY: a class of this request, and members of it.
    unsafe {
        match found {
            Some((at, rest)) if at < target.members().len() => {
                let place = statics.members[target.members().start + at].place;
                (place.shown(engine::name_of(target.class)), rest)
            }
            _ => (target.shown(), path),
        }
    }
}
