//! From entries to statics.

use std::cell::Cell;

use ext_php_rs::ffi::zend_class_entry;
use static_cache_core::{Hit, Space};

use super::assign::assign;
use super::awaited::Why;
use super::early::{early, needs_code};
use super::image;
use super::place::Place;
use super::turns::Turn;
use super::{Dropped, Statics, awaited, compile, engine, is_outdated, nesting, observe, scan, with};
use crate::api::table::fenced;
use crate::decode::{self, Unusable};
use crate::engine::exception_pending;
use crate::module::{local, stacks};
use crate::objects::linking::{has_orphans, has_unlinked_ancestor, is_orphaned};
use crate::objects::resolve::resolve_while;
use crate::payload::{Fixup, TAG_ARRAY, TAG_STATICS, Template, place_of};
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// A class with targets was linked: restores those whose values are there without user code, and then the others too unless
/// something is being compiled.
///
/// # Safety
/// A linked class of this request with attributes. May run user code and leave by a jump: no Rust value of the caller's needs
/// dropping.
pub(super) unsafe fn link(class: *mut zend_class_entry) {
    // SAFETY: the caller's word.
    if unsafe { has_unlinked_ancestor(class) } {
        return;
    }
    let (first, end, may_run) = with(|statics| {
        // An alias of a class is linked again.
        if was_linked(statics, class) {
            return (0, 0, false);
        }
        let first = statics.targets.len();
        // SAFETY: the caller's word.
        unsafe { scan::scan(class, statics) };
        (first, statics.targets.len(), !statics.is_in_compiler())
    });
    // One alone is not looked at twice.
    let at_once = may_run && end - first == 1;
    let mut waits = false;
    for number in first..end {
        // SAFETY: a target of this request.
        let done = unsafe {
            if exception_pending() { beside_others(number, at_once) } else { target(number, at_once) }
        };
        if !done {
            wait_for_the_end(number);
            waits = true;
        }
    }
    if waits && may_run {
        waiting_among(first, end);
    }
}

/// Leaves a target to the end of the compilation, or until the class's others are restored that need no code.
#[cold]
fn wait_for_the_end(number: usize) {
    with(|statics| statics.waiting.add(number as u32));
}

/// Whether a class has targets already. If not, it is about to have some.
#[inline(always)]
fn was_linked(statics: &mut Statics, class: *const zend_class_entry) -> bool {
    const FEW: usize = 16;
    if statics.targets.len() <= FEW {
        return statics.targets.iter().any(|target| std::ptr::eq(target.class, class));
    }
    was_noted(statics, class)
}

/// The same where there are many.
#[cold]
#[inline(never)]
fn was_noted(statics: &mut Statics, class: *const zend_class_entry) -> bool {
    let Statics { linked, targets, .. } = statics;
    if linked.is_empty() {
        linked.extend(targets.iter().map(|target| target.class.addr()));
    }
    !linked.insert(class.addr())
}

/// Restores what waits for the end of a compilation, and has come since [`Turns::next`](super::turns::Turns::next) gave the number.
pub(super) fn waiting_since(number: u32) {
    take_turns(|turn| turn.is_since(number));
}

/// Restores what waits of a class that a running script has declared: as at the end of a compilation, since the code of one may suspend
/// its fiber, and others change the next or end a compilation meanwhile.
#[cold]
#[inline(never)]
fn waiting_among(first: usize, end: usize) {
    let numbers = first as u32..end as u32;
    compile::while_ending(|| take_turns(|turn| numbers.contains(&turn.target)));
}

/// Restores some of what waits, one after the other, as far as nobody else does meanwhile.
fn take_turns(which: impl Fn(&Turn) -> bool) {
    with(|statics| {
        for at in 0.. {
            let Some(turn) = statics.waiting.get(at) else { break };
            if which(&turn) {
                statics.note_untouched(turn.target);
            }
        }
    });
    while let Some(number) = with(|statics| statics.waiting.take(&which)) {
        // SAFETY: a target of this request.
        unsafe { due(number) };
    }
}

/// Restores a target that has waited, unless somebody has changed it.
///
/// # Safety
/// As for [`target`].
unsafe fn due(number: u32) {
    if with(|statics| statics.is_touched(number)) {
        // It waited for a class before, or for a fiber.
        awaited::wait(number as usize, 0, Why::TooLate);
    } else {
        // SAFETY: the caller's word.
        unsafe { beside_others(number as usize, true) };
    }
}

/// Restores a target whatever has come of others: what their objects throw is no reason to leave it as declared, and its state would
/// be lost. That comes out in the end. False as for [`target`].
///
/// # Safety
/// As for [`target`].
#[cold]
pub(super) unsafe fn beside_others(number: usize, may_run: bool) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        if engine::is_exiting() {
            // What needs code of the script is neither restored nor published; where only a fiber ends, that is for now.
            if !target(number, false) {
                if engine::is_fiber_ending() {
                    awaited::wait(number, 0, Why::NotYet);
                } else {
                    with(|statics| statics.targets[number].dropped = Dropped::ForGood);
                }
            }
            return true;
        }
        let mut done = true;
        engine::beside_exception(|| done = target(number, may_run));
        done
    }
}

#[cold]
fn find_preloaded() -> Vec<*mut zend_class_entry> {
    let mut found = Vec::new();
    // SAFETY: at the beginning of a request the table has internal classes and preloaded ones; its elements are pointers.
    unsafe {
        let classes = engine::table((*ext_php_rs::ffi::ext_php_rs_compiler_globals()).class_table);
        for bucket in classes.buckets().iter().filter(|bucket| bucket.slot.kind() != c::IS_UNDEF) {
            let class = bucket.slot.value as *mut zend_class_entry;
            if (*class).ce_flags & c::ZEND_ACC_LINKED != 0
                && observe::is_attributed(class)
                && !found.contains(&class)
            {
                found.push(class);
            }
        }
    }
    found
}

#[cold]
pub(super) fn restore_preloaded() {
    // Its request begins before it is told from others by anything but when that is, and the classes come later.
    if engine::is_starting() {
        return;
    }
    if !with(|statics| std::mem::replace(&mut statics.looked_for_preloaded, true)) {
        let found = find_preloaded();
        with(|statics| statics.preloaded = found);
    }
    // As if they were compiled: what runs user code waits for the first file.
    with(|statics| statics.compiling += 1);
    for at in 0.. {
        let Some(class) = with(|statics| statics.preloaded.get(at).copied()) else { break };
        // SAFETY: preloaded classes last as long as the process.
        unsafe { link(class) };
    }
    with(|statics| statics.compiling -= 1);
}

/// Restores a target. False if that has to wait for the end of a compilation.
///
/// # Safety
/// As for [`link`]; there is such a target.
pub(super) unsafe fn target(number: usize, may_run: bool) -> bool {
    let mut ran_code = false;
    // SAFETY: the caller's word.
    let done = unsafe { read(number, may_run, &mut ran_code) };
    if ran_code {
        nesting::come_back(number);
        awaited::evaluated(number);
    }
    done
}

/// [`target`], which is among those that are being restored when code of the script's runs: what its statics are meanwhile is not what they are
/// to be published with. After a jump it stays there.
///
/// # Safety
/// As for [`target`].
#[inline(always)]
unsafe fn read(number: usize, may_run: bool, runs_code: &mut bool) -> bool {
    // SAFETY: the caller's word. References to the thread's state end before user code runs.
    unsafe {
        let class = with(|statics| statics.targets[number].class);
        if is_outdated(class) {
            with(|statics| statics.targets[number].dropped = Dropped::ForGood);
            return true;
        }
        let Some(hit) = fetch(number) else { return true };
        let payload = place_of(&hit);
        let Some((inner, block, marks)) = check(number, &hit, payload) else {
            give_up(number, &hit, TAG_ARRAY, 0);
            return true;
        };
        let mut references = false;
        if inner != TAG_ARRAY {
            let template = Template::at(payload + block);
            references = template.fixups().iter().any(|fixup| fixup.kind() == Fixup::REFERENCE);
            if template.head.classes > 0 || template.head.calls > 0 {
                if !may_run {
                    return false;
                }
                if !find_classes(number, &hit, &template, runs_code) {
                    return true;
                }
            }
        }
        let mut array = Slot::UNDEFINED;
        match decode::decode(inner, 0, payload + block, (&raw mut array).cast()) {
            Ok(()) => {}
            // What a method throws comes out, and the entry stays until somebody stores over it.
            Err(Unusable::Thrown) => {
                if with(|statics| statics.is_assigned(number as u32)) {
                    // By that method, or those of others.
                    awaited::wait(number, 0, Why::TooLate);
                }
                return true;
            }
            Err(Unusable::Stale | Unusable::NotYet | Unusable::Missing) => {
                give_up(number, &hit, inner, payload + block);
                return true;
            }
        }
        if fits(number, array.array()) {
            assign(number, array.array(), marks, references);
        } else {
            give_up(number, &hit, inner, payload + block);
        }
        engine::release(array);
    }
    true
}

/// Has the classes of a template's objects loaded. False if they are not to be had, for now or for good: the target waits, or its entry is
/// of no use.
///
/// # Safety
/// As for [`target`], and the template of its entry.
#[cold]
#[inline(never)]
unsafe fn find_classes(number: usize, hit: &Hit, template: &Template, runs_code: &mut bool) -> bool {
    // SAFETY: the caller's word. References to the thread's state end before user code runs.
    unsafe {
        let class = with(|statics| statics.targets[number].class);
        let now = || with(|statics| early(template, class, statics));
        let wait = |why| {
            awaited::wait(number, template.payload, why);
            false
        };
        if with(|statics| statics.restoring.is_deep()) && needs_code(template) {
            return wait(Why::Deep);
        }
        if let Some(early) = now() {
            return wait(Why::Declared(early));
        }
        *runs_code = true;
        with(|statics| statics.restoring.begin(number));
        // What runs for one class may leave a fiber in the middle of declaring another. Nothing else is at work
        // afterwards that was not before: what has run has come back. So there is no need to look again for each of
        // many steps.
        let looked = Cell::new(stacks::switches());
        let may_run_more = || {
            let switches = stacks::switches();
            if switches.is_some() && switches == looked.get() {
                return true;
            }
            looked.set(switches);
            now().is_none()
        };
        match resolve_while(template, &may_run_more) {
            Ok(_) if template.head.calls > 0 => now().is_none_or(|early| wait(Why::Declared(early))),
            Ok(_) => true,
            Err(Unusable::Stale) => {
                give_up(number, hit, TAG_ARRAY, 0);
                false
            }
            Err(Unusable::NotYet) => {
                wait(now().map_or_else(|| awaited::unknown(template, false), Why::Declared))
            }
            // What an autoloader throws comes out, and is no reason to give the state up.
            Err(Unusable::Missing) => wait(awaited::unknown(template, false)),
            Err(Unusable::Thrown) => wait(awaited::unknown(template, true)),
        }
    }
}

/// Looks the target's entry up. It stays where it is until the request ends.
#[inline(always)]
fn fetch(number: usize) -> Option<Hit> {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut *local() };
    let target = &mut local.statics.targets[number];
    let backend = target.policy.backend;
    let state = &mut local.backends[backend as usize];
    let Some(session) = state.session(backend) else {
        target.dropped = Dropped::ForGood;
        return None;
    };
    // SAFETY: a target of this request.
    unsafe { target.write_key(&mut local.statics.key) };
    let key = &local.statics.key;
    let hit = fenced(|| session.fetch(Space::Class, key))?;
    Some(hit)
}

/// Whether a target has an entry.
#[cold]
pub(super) fn has_entry(number: usize) -> bool {
    fetch(number).is_some()
}

/// Which kind of array an entry has, where in it, and the members' marks, if it was stored under the same declaration.
unsafe fn check(number: usize, hit: &Hit, payload: usize) -> Option<(u8, usize, *const u8)> {
    // SAFETY: the hit is of this request, and its payload pinned.
    let (bytes, tag, bits) = unsafe {
        (std::slice::from_raw_parts(payload as *const u8, hit.payload_len()), hit.tag(), hit.bits())
    };
    let parsed = image::parse(bytes)?;
    let fits = with(|statics| {
        let target = &statics.targets[number];
        parsed.fingerprint == target.fingerprint && parsed.marks.len() == target.members().len()
    });
    let (inner, block) = image::inner(bits);
    (fits && tag == TAG_STATICS).then_some((inner, block, parsed.marks.as_ptr()))
}

/// An entry is of another declaration, or of other classes: of no use, unless they are others in this request only. `inner` says which
/// kind of array lies at the address.
///
/// # Safety
/// A target of this request, and a pinned payload.
#[cold]
unsafe fn give_up(number: usize, hit: &Hit, inner: u8, address: usize) {
    let class = with(|statics| statics.targets[number].class);
    // SAFETY: the caller's word.
    let is_exception =
        unsafe { is_orphaned(class) || inner != TAG_ARRAY && has_orphans(&Template::at(address)) };
    if is_exception {
        // Nothing is published over it.
        awaited::wait(number, 0, Why::TooLate);
    } else {
        forget_entry(number, hit);
    }
}

/// Removes an entry that cannot be used, unless that takes waiting. What was published since stays.
#[cold]
fn forget_entry(number: usize, hit: &Hit) {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut *local() };
    let backend = local.statics.targets[number].policy.backend;
    if let Some(session) = local.backends[backend as usize].session(backend) {
        fenced(|| session.drop_found(hit));
    }
}

pub(super) fn members_of(number: usize) -> std::ops::Range<usize> {
    with(|statics| statics.targets[number].members())
}

/// Whether all values fit their declarations' types: an object's class may have other parents by now. (Other values were
/// stored under the same type.)
unsafe fn fits(number: usize, array: &Array) -> bool {
    for (at, member) in members_of(number).enumerate() {
        let Some(value) = array.slots().get(at).map(Slot::behind_reference) else { return false };
        if value.kind() == c::IS_OBJECT
            && let Place::Property { info, .. } = with(|statics| statics.members[member].place)
        {
            // SAFETY: a declaration of this request; the value is live.
            let fits = unsafe { (*info).type_.type_mask == 0 || crate::engine::fits(info, *value) };
            if !fits {
                return false;
            }
        }
    }
    true
}
