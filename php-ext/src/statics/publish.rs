//! From statics to entries.

use std::panic::catch_unwind;
use std::time::Duration;

use ext_php_rs::ffi::zval;
use static_cache_core::{Mode, Space, Stored};

use super::image::{self, DECLARED, VALUE};
use super::{Dropped, Statics, Target, awaited, baseline, engine, is_outdated, orphans, scan, shared, with};
use crate::api::args::{Args, Parsed};
use crate::api::table::{fenced_or, guarded};
use crate::encode::{Encoder, Refusal, Unstorable};
use crate::engine::{Frame, bytes, exception_pending, in_frame, set_int, set_string};
use crate::module::{local, refusal};
use crate::objects::asking::{Attempt, Failure, store_asking};
use crate::objects::harvest::Harvest;
use crate::payload::TAG_STATICS;
use crate::zend::constants as c;
use crate::zend::live::Slot;
use crate::{exception, messages};

/// How often statics are compared, or read, because methods that their publication called may have changed them. What is changed by
/// each call comes to no end.
const MOST_ROUNDS: u32 = 3;

/// What came of one target.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Published,
    /// Another request's state is there, which goes before what initialisers give.
    Present,
    /// Nothing was changed that counts, or it was taken away meanwhile.
    NotStored,
}

/// The request ends, and has targets: shutdown functions and destructors have run. Publishes what was changed.
#[cold]
pub(crate) fn at_end() {
    // A panic would be a bug of ours; what it leaves is what was published before.
    let _ = catch_unwind(end);
}

fn end() {
    let failed = with(|statics| {
        let failed = statics.has_failed();
        statics.raised.clear();
        failed
    });
    if !failed {
        in_frame(|| {
            for round in 0..MOST_ROUNDS {
                if !find_due(round, false, |_| true) {
                    break;
                }
                publish_due();
                if !with(|statics| statics.ran_code && !statics.has_raised_fatal()) {
                    break;
                }
            }
        });
    }
    baseline::release_all();
}

/// Finds out what is to be published. `at_once`: by `static_publish()`, at first also what was deleted in this request.
fn find_due(round: u32, at_once: bool, which: impl Fn(&Target) -> bool) -> bool {
    with(|statics| {
        baseline::look_for_objects(statics);
        statics.ran_code = false;
        let mut any = false;
        for number in 0..statics.targets.len() {
            let target = &statics.targets[number];
            let members = target.first as usize..target.end as usize;
            // SAFETY: a class of this request, and members of it.
            let due = unsafe {
                match target.dropped {
                    _ if !which(target) => false,
                    Dropped::ForGood => false,
                    _ if is_outdated(target.class) => false,
                    Dropped::Deleted
                        if at_once
                            && round == 0
                            && members.clone().any(|at| baseline::has_value(&statics.members[at].place)) =>
                    {
                        true
                    }
                    Dropped::Deleted | Dropped::No => {
                        members.clone().any(|at| baseline::is_changed(statics, at, target.policy.tracking))
                    }
                }
            };
            // SAFETY: a target of this request.
            let initial = due && unsafe { baseline::is_only_initialised(statics, &statics.targets[number]) };
            let target = &mut statics.targets[number];
            (target.due, target.initial) = (due, initial);
            target.stored &= round > 0;
            any |= due;
        }
        // Not for requests that end without having changed anything.
        if any || at_once {
            baseline::watch_again(statics);
        }
        any
    })
}

/// The next target that is due; it is until [`publish`] is done with it.
fn next_due() -> Option<usize> {
    with(|statics| statics.targets.iter().position(|target| target.due))
}

fn publish_due() {
    with(|statics| statics.publishing = true);
    while let Some(number) = next_due() {
        // SAFETY: a target of this request; nothing here needs dropping while user code runs.
        unsafe {
            match publish(number, false) {
                Ok(_) => {}
                Err(Failure::Message(why)) => fail(number, why),
                Err(Failure::Thrown) if with(|statics| statics.has_raised_fatal()) => {
                    // A limit ends the request by what unwinds as an exception does (PHP 8.2), and has been reported.
                    count_failure(number);
                    engine::zend_clear_exception();
                    with(|statics| statics.targets.iter_mut().for_each(|target| target.due = false));
                }
                Err(Failure::Thrown) => {
                    let why = thrown(number);
                    engine::zend_clear_exception();
                    fail(number, why);
                }
            }
            if exception_pending() {
                // By the script's error handler.
                engine::zend_clear_exception();
            }
        }
    }
    with(|statics| statics.publishing = false);
}

/// Counts a failure and warns, once at a request's end. May leave by a jump.
unsafe fn fail(number: usize, why: String) {
    count_failure(number);
    with(|statics| {
        statics.targets[number].dropped = Dropped::ForGood;
        // An error handler.
        statics.ran_code = true;
    });
    // SAFETY: a target of this request.
    engine::warn(unsafe { describe(number, &why) });
}

unsafe fn describe(number: usize, why: &str) -> String {
    // SAFETY: the caller's target.
    with(|statics| unsafe { format!("{} was not published: {why}", statics.targets[number].shown()) })
}

fn count_failure(number: usize) {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut *local() };
    let backend = local.statics.targets[number].policy.backend;
    if let Some(session) = local.backends[backend as usize].session(backend) {
        session.segment().count_publish_failure();
    }
}

/// What the pending exception says, and which member's object threw it.
unsafe fn thrown(number: usize) -> String {
    // SAFETY: there is one, says the caller; its message is read without user code. A target of this request.
    unsafe {
        let path = (*local()).objects.thrown_at.take();
        let member = path.map(|path| {
            with(|statics| {
                let (root, rest) = member(statics, number, &path);
                format!("{root}{rest}")
            })
        });
        let pending = crate::engine::exception();
        if pending.is_null() {
            return "a method of an object threw".into();
        }
        if engine::zend_is_unwind_exit(pending) {
            return format!("a method of {} called exit()", member.as_deref().unwrap_or("an object"));
        }
        let member = member.map_or_else(String::new, |member| format!(" by a method of {member}"));
        let name = String::from_utf8_lossy(engine::name_of((*pending).ce)).into_owned();
        let text = crate::objects::refusing::message_of(pending);
        format!("{name} was thrown{member}: {text}")
    }
}

/// Publishes a target. `goes_on`: the request does, so what was published is the new baseline. (It is also if others come later, whose
/// methods may change it.)
///
/// # Safety
/// There is such a target. Runs user code and may leave by a jump: no Rust value of the caller's needs dropping, and no
/// reference to the thread's state lives.
unsafe fn publish(number: usize, goes_on: bool) -> Result<Outcome, Failure> {
    // SAFETY: the caller's word.
    let outcome = unsafe { publish_due_one(number, goes_on) };
    with(|statics| statics.targets[number].due = false);
    outcome
}

/// # Safety
/// As for [`publish`].
unsafe fn publish_due_one(number: usize, goes_on: bool) -> Result<Outcome, Failure> {
    // SAFETY: the caller's word. Array and marks are the engine's own, so a jump leaves nothing behind.
    unsafe {
        (*local()).objects.thrown_at = None;
        if with(|statics| !statics.awaiting.is_empty() || !statics.waiting.is_empty())
            && let Some(why) = awaited::unrestored(number)
        {
            return Err(Failure::Message(why));
        }
        match know_policy(number, goes_on) {
            Known::Due => {}
            Known::NotDue => return Ok(Outcome::NotStored),
            Known::Thrown => return Err(Failure::Thrown),
        }
        let (mut array, mut marks) = collect(number);
        let backend = with(|statics| statics.targets[number].policy.backend);
        let (values, their_marks) = (&raw mut array, &raw mut marks);
        let mut looks = 0;
        let once = |harvest: Option<&Harvest>| {
            if harvest.is_some() && looks < MOST_ROUNDS {
                looks += 1;
                with(|statics| statics.ran_code = true);
                let (now, its_marks) = collect(number);
                // No destructor runs: the harvest holds what it was gathered of.
                engine::release(values.replace(now));
                engine::release(their_marks.replace(its_marks));
            }
            attempt(number, &*values, &*their_marks, harvest)
        };
        let outcome = store_asking(backend, values, once, |why| refused(number, why));
        // Otherwise nobody compares again.
        let goes_on =
            goes_on || with(|statics| statics.ran_code || statics.targets.iter().any(|target| target.due));
        if matches!(outcome, Ok(Outcome::Published)) {
            with(|statics| awaited::forget(statics, number));
            orphans::drop_beside(number);
        }
        if goes_on && matches!(outcome, Ok(Outcome::Published | Outcome::Present)) {
            rebase(number, &array, &marks);
        }
        keep(outcome, || {
            engine::release(std::mem::replace(&mut array, Slot { value: 0, info: c::IS_NULL, next: 0 }));
            engine::release(std::mem::replace(&mut marks, Slot { value: 0, info: c::IS_NULL, next: 0 }));
        })
    }
}

/// What came of evaluating an attribute's arguments.
enum Known {
    Due,
    NotDue,
    Thrown,
}

/// Makes sure that a target's policy is known. Constants that the attribute names are evaluated here, when they are needed, and
/// not when the class is linked: they may not be defined yet then.
unsafe fn know_policy(number: usize, goes_on: bool) -> Known {
    let (class, mut policy) = with(|statics| {
        let target = &statics.targets[number];
        (target.class, target.policy)
    });
    if policy.unknown.is_null() {
        return Known::Due;
    }
    with(|statics| statics.ran_code = true);
    // SAFETY: a class of this request and its attribute; nothing here needs dropping.
    if !unsafe { scan::evaluate(&mut policy, class) } {
        return Known::Thrown;
    }
    with(|statics| {
        let target = &mut statics.targets[number];
        target.policy = policy;
        let members = target.first as usize..target.end as usize;
        // Until now changes within objects counted.
        let due = goes_on && target.dropped == Dropped::Deleted
            // SAFETY: members of a class of this request.
            || members.into_iter().any(|at| unsafe { baseline::is_changed(statics, at, policy.tracking) });
        if due { Known::Due } else { Known::NotDue }
    })
}

/// Does something during which destructors may run, with a message in the thread's keeping.
fn keep(outcome: Result<Outcome, Failure>, act: impl FnOnce()) -> Result<Outcome, Failure> {
    let outcome = match outcome {
        Err(Failure::Message(message)) => {
            with(|statics| statics.failure = Some(message));
            None
        }
        other => Some(other),
    };
    act();
    outcome
        .unwrap_or_else(|| Err(Failure::Message(with(|statics| statics.failure.take()).unwrap_or_default())))
}

/// The members' values as an array of the engine's, and which of them are values, as a string. Holds all of them. May leave
/// by a jump.
unsafe fn collect(number: usize) -> (Slot, Slot) {
    let nothing = Slot { value: 0, info: c::IS_NULL, next: 0 };
    let members = with(|statics| {
        let target = &statics.targets[number];
        target.first as usize..target.end as usize
    });
    // SAFETY: members of a class of this request; values are held by the array. The room for marks is the thread's.
    unsafe {
        let array = engine::_zend_new_array(members.len() as u32);
        with(|statics| statics.key.clear());
        for member in members {
            let place = with(|statics| statics.members[member].place);
            let mut value = nothing;
            let has_value = baseline::has_value(&place);
            if has_value && let Some(slot) = place.current() {
                let slot = &*slot;
                // One that nobody else uses stands for what it holds.
                let alone = slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount == 1;
                value = Slot { next: 0, ..if alone { *slot.behind_reference() } else { *slot } };
            }
            engine::hold(&value);
            engine::zend_hash_next_index_insert(array, (&raw mut value).cast());
            with(|statics| statics.key.push(if has_value { VALUE } else { DECLARED }));
        }
        let mut marks = nothing;
        let room = with(|statics| statics.key.as_slice() as *const [u8]);
        set_string((&raw mut marks).cast(), &*room);
        (Slot { value: array.addr() as u64, info: c::IS_ARRAY_EX, next: 0 }, marks)
    }
}

/// One attempt, without user code.
unsafe fn attempt(
    number: usize,
    array: &Slot,
    marks: &Slot,
    harvest: Option<&Harvest>,
) -> Result<Outcome, Attempt> {
    // SAFETY: the caller's word.
    let body = || unsafe { attempt_unguarded(number, array, marks, harvest) };
    fenced_or(body, || Err(Attempt::Message("internal error".into())))
}

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
        let before =
            image::before_block(engine::file_of(target.class), target.fingerprint, marks.text().bytes());
        target.write_key(&mut local.statics.key);
        let (block, bits) = (before.len(), image::bits(plan.tag, before.len()));
        let ttl = (policy.ttl > 0).then(|| Duration::from_secs(policy.ttl));
        let key = &local.statics.key;
        let fill = |payload: &mut [u8], address: usize| {
            payload[..block].copy_from_slice(&before);
            encoder.write(value, plan, &mut payload[block..], address + block);
        };
        let mode = if target.initial { Mode::Add } else { Mode::Put };
        let stored =
            session.store_with(Space::Class, key, TAG_STATICS, bits, block + plan.len, ttl, mode, fill);
        let outcome = match stored {
            Ok(Stored::Stored) => {
                // Before destructors run, which may take it away again.
                (target.dropped, target.due, target.stored) = (Dropped::No, false, true);
                Ok(Outcome::Published)
            }
            Ok(Stored::Present) => Ok(Outcome::Present),
            Err(error) => Err(error),
        };
        outcome.map_err(|error| match Attempt::failed(policy.backend, target.shown().as_bytes(), &error) {
            Attempt::Full(message) => {
                let sizes = array.array().slots().iter().map(|slot| {
                    encoder.plan(&*std::ptr::from_ref(slot).cast(), harvest).map_or(0, |plan| plan.len)
                });
                let largest = sizes.enumerate().max_by_key(|(_, size)| *size).map_or(0, |(at, _)| at);
                Attempt::Full(message + &most_of_it(number, largest))
            }
            other => other,
        })
    }
}

/// Names a member, unless the target is no more than that.
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
unsafe fn refused(number: usize, why: &Unstorable) -> String {
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
unsafe fn member<'a>(statics: &Statics, number: usize, path: &'a str) -> (String, &'a str) {
    let target = &statics.targets[number];
    let parts = path.strip_prefix('[').and_then(|path| path.split_once(']'));
    let found = parts.and_then(|(at, rest)| Some((at.parse::<usize>().ok()?, rest)));
    // SAFETY: a class of this request, and members of it.
    unsafe {
        match found {
            Some((at, rest)) if at < (target.end - target.first) as usize => {
                let place = statics.members[target.first as usize + at].place;
                (place.shown(engine::name_of(target.class)), rest)
            }
            _ => (target.shown(), path),
        }
    }
}

/// What was published is what members are compared with from now on.
unsafe fn rebase(number: usize, array: &Slot, marks: &Slot) {
    let (first, count, tracking) = with(|statics| {
        let target = &statics.targets[number];
        (target.first as usize, (target.end - target.first) as usize, target.policy.tracking)
    });
    for at in 0..count {
        // SAFETY: a value and a mark for each member, which the array holds.
        unsafe {
            if marks.text().bytes()[at] == VALUE {
                let value = &array.array().slots()[at];
                let before = with(|statics| {
                    let before = baseline::set(statics, first + at, value, tracking);
                    shared::note(statics, first + at);
                    before
                });
                engine::release(before);
            }
        }
    }
    shared::release_replaced();
}

/// `static_publish(?string $class = null): int`
pub(crate) unsafe extern "C" fn static_publish(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || publish_now(frame, out)) };
}

unsafe fn publish_now(frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame, which holds its arguments, and its result.
    unsafe {
        let args = Args::new(frame, 0, 1)?;
        let class: &[u8] = match args.get(0) {
            Some(given) if crate::engine::slot(given).kind() != c::IS_NULL => {
                // By the name that it was declared with, which may not be the given one. Nothing is loaded.
                let name = args.string(0)?;
                let found = engine::look_up(name);
                if found.is_null() { bytes(name) } else { engine::name_of(found) }
            }
            _ => b"",
        };
        let class = class.strip_prefix(b"\\").unwrap_or(class);
        set_int(out, 0);
        if with(|statics| std::mem::replace(&mut statics.publishing, true)) {
            exception::throw("static_publish() was called while static state is being published");
            return Ok(());
        }
        let is_meant =
            |target: &Target| class.is_empty() || engine::name_of(target.class).eq_ignore_ascii_case(class);
        for round in 0..MOST_ROUNDS {
            if !find_due(round, true, is_meant) {
                break;
            }
            while let Some(number) = next_due() {
                match publish(number, true) {
                    Ok(_) => {}
                    Err(Failure::Message(why)) => {
                        count_failure(number);
                        stop();
                        let message = describe(number, &why);
                        drop(why);
                        exception::throw(message);
                        return Ok(());
                    }
                    Err(Failure::Thrown) => {
                        count_failure(number);
                        stop();
                        return Ok(());
                    }
                }
            }
            if !with(|statics| statics.ran_code) {
                break;
            }
        }
        stop();
        let stored = with(|statics| statics.targets.iter().filter(|target| target.stored).count());
        set_int(out, stored as i64);
    }
    Ok(())
}

/// No longer publishing; what was due and was not reached comes at the request's end.
fn stop() {
    with(|statics| {
        statics.publishing = false;
        statics.targets.iter_mut().for_each(|target| target.due = false);
    });
}
