//! From statics to entries: what is due, and what follows a publication. At the request's end, for all.

use std::panic::catch_unwind;

use super::attempt::{attempt, collect, member, refused};
use super::image::VALUE;
use super::{
    Dropped, Target, awaited, baseline, bound, engine, is_outdated, limit, orphans, scan, shared, unseen,
    with,
};
use crate::api::table::fenced_or;
use crate::engine::{in_frame, without_collection};
use crate::module::local;
use crate::objects::asking::{Failure, store_asking};
use crate::objects::harvest::Harvest;
use crate::zend::constants as c;
use crate::zend::live::Slot;

/// How often statics are compared, or read, because methods that their publication called may have changed them. What is changed by
/// each call comes to no end.
pub(super) const MOST_ROUNDS: u32 = 3;

/// What came of one target.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
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
        statics.stuck = Default::default();
        failed
    });
    if !failed {
        in_frame(|| {
            for round in 0..MOST_ROUNDS {
                if !find_due(round, false, |_| true) {
                    break;
                }
                limit::begin();
                publish_due();
                if !with(|statics| statics.ran_code && !statics.has_raised_fatal()) {
                    break;
                }
            }
        });
    }
    baseline::release_all();
    with(limit::end);
}

/// Finds out what is to be published. `at_once`: by `static_publish()`, at first also what was deleted in this request.
pub(super) fn find_due(round: u32, at_once: bool, which: impl Fn(&Target) -> bool) -> bool {
    with(|statics| {
        statics.ran_code = false;
        let mut any = false;
        for number in 0..statics.targets.len() {
            let target = &statics.targets[number];
            let members = target.members();
            // SAFETY: a class of this request, and members of it.
            let due = unsafe {
                match target.dropped {
                    _ if !which(target) => false,
                    Dropped::ForGood => false,
                    // By code that its restore calls. It is to have its values yet.
                    _ if at_once
                        && (statics.restoring.contains(number)
                            || statics.has_its_turn_yet(number as u32)) =>
                    {
                        false
                    }
                    _ if is_outdated(target.class) => false,
                    Dropped::Deleted
                        if at_once
                            && round == 0
                            && members.clone().any(|at| baseline::is_value(&statics.members[at])) =>
                    {
                        true
                    }
                    Dropped::Deleted | Dropped::No => {
                        baseline::is_any_changed(statics, members, target.policy.tracking)
                    }
                }
            };
            let due = due && !(at_once && target.failed);
            // SAFETY: a target of this request.
            let initial = due && unsafe { baseline::is_only_initialised(statics, &statics.targets[number]) };
            let target = &mut statics.targets[number];
            (target.due, target.initial) = (due, initial);
            target.stored &= round > 0;
            any |= due;
        }
        if at_once {
            baseline::forget_gone(statics);
        }
        any
    })
}

/// The next target that is due, from a number on; it is until [`publish`] is done with it. No other becomes due meanwhile.
pub(super) fn next_due(from: usize) -> Option<usize> {
    with(|statics| (from..statics.targets.len()).find(|number| statics.targets[*number].due))
}

fn publish_due() {
    with(|statics| statics.publishing = true);
    let mut next = 0;
    while let Some(number) = next_due(next) {
        next = number + 1;
        // SAFETY: a target of this request; nothing here needs dropping while user code runs.
        unsafe {
            let outcome = publish(number, false);
            if is_over() {
                if outcome.is_err() {
                    count_failure(number);
                }
                drop(outcome);
                give_up();
                break;
            }
            let outcome = match outcome {
                Err(Failure::Thrown) => Err(Failure::Message(thrown(number))),
                other => keep(other, || unseen::report_pending()),
            };
            if let Err(Failure::Message(why)) = keep(outcome, || engine::zend_clear_exception()) {
                fail(number, why);
            }
            // Of a destructor, or of an error handler.
            if is_over() {
                give_up();
                break;
            }
            unseen::report_pending();
        }
    }
    with(|statics| statics.publishing = false);
}

/// Whether a limit ends the request by what unwinds as `exit()` does (PHP 8.2), and has been reported.
fn is_over() -> bool {
    engine::is_exiting() && with(|statics| statics.has_raised_fatal())
}

/// Nothing is due any more.
///
/// # Safety
/// While a request runs.
unsafe fn give_up() {
    with(|statics| statics.targets.iter_mut().for_each(|target| target.due = false));
    // SAFETY: the caller's word.
    unsafe { engine::zend_clear_exception() };
}

/// Counts a failure and warns, once at a request's end. May leave by a jump.
///
/// # Safety
/// A target of this request.
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

/// That a target was not published, and why.
///
/// # Safety
/// A target of this request.
pub(super) unsafe fn describe(number: usize, why: &str) -> String {
    // SAFETY: the caller's target.
    with(|statics| unsafe { format!("{} was not published: {why}", statics.targets[number].shown()) })
}

pub(super) fn count_failure(number: usize) {
    // SAFETY: this thread's own; no user code runs below.
    let local = unsafe { &mut *local() };
    let backend = local.statics.targets[number].policy.backend;
    if let Some(session) = local.backends[backend as usize].session(backend) {
        session.segment().count_publish_failure();
    }
}

/// What the pending exception says, and which member's object threw it.
///
/// # Safety
/// A target of this request; an exception is pending.
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
pub(super) unsafe fn publish(number: usize, goes_on: bool) -> Result<Outcome, Failure> {
    // SAFETY: the caller's word.
    let body = || unsafe { publish_due_one(number, goes_on) };
    // Of one target: the others are published.
    let outcome = fenced_or(body, || Err(Failure::Message("internal error".into())));
    with(|statics| statics.targets[number].due = false);
    outcome
}

/// # Safety
/// As for [`publish`].
unsafe fn publish_due_one(number: usize, goes_on: bool) -> Result<Outcome, Failure> {
    // SAFETY: the caller's word. Array and marks are the engine's own, so a jump leaves nothing behind.
    unsafe {
        (*local()).objects.thrown_at = None;
        if with(|statics| {
            !statics.awaiting.is_empty() || !statics.waiting.is_empty() || !statics.restoring.is_empty()
        }) && let Some(why) = awaited::unrestored(number)
        {
            return Err(Failure::Message(why));
        }
        match know_policy(number, goes_on) {
            Known::Due => {}
            Known::NotDue => return Ok(Outcome::NotStored),
            Known::Thrown if goes_on && engine::is_error_pending() => return unevaluated(number),
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
                // No destructor runs: the harvest holds what it was gathered of, and no garbage is collected.
                without_collection(|| {
                    engine::release(values.replace(now));
                    engine::release(their_marks.replace(its_marks));
                });
            }
            attempt(number, &*values, &*their_marks, harvest)
        };
        let outcome = store_asking(backend, values, once, |why| refused(number, why));
        // Otherwise nobody compares again.
        let goes_on = goes_on || with(|statics| statics.ran_code) || next_due(number + 1).is_some();
        if matches!(outcome, Ok(Outcome::Published)) {
            with(|statics| awaited::forget(statics, number));
            orphans::drop_beside(number);
        }
        if goes_on && matches!(outcome, Ok(Outcome::Published | Outcome::Present)) {
            rebase(number, &array, &marks);
        }
        keep(outcome, || {
            engine::release(std::mem::replace(&mut array, Slot::NULL));
            engine::release(std::mem::replace(&mut marks, Slot::NULL));
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
///
/// # Safety
/// A target of this request. Runs user code and may leave by a jump, as [`publish`].
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
        let members = target.members();
        // Until now changes within objects counted.
        let due = goes_on && target.dropped == Dropped::Deleted
            // SAFETY: members of a class of this request.
            || unsafe { baseline::is_any_changed(statics, members, policy.tracking) };
        if due { Known::Due } else { Known::NotDue }
    })
}

/// While the request goes on: the engine's error about arguments is why their target cannot be stored, and is not pending any more. That of
/// the first target that cannot be is kept for what `static_publish()` throws in the end.
///
/// # Safety
/// As for [`publish`]; there is a pending exception.
#[cold]
unsafe fn unevaluated(number: usize) -> Result<Outcome, Failure> {
    // SAFETY: the caller's word; the exception is live until it is cleared.
    unsafe {
        let why = thrown(number);
        let pending = Slot::counted(crate::engine::exception(), c::IS_OBJECT_EX);
        with(|statics| {
            if statics.first_failure.is_none() {
                engine::hold(&pending);
                statics.first_cause = pending;
            }
        });
        let outcome = keep(Err(Failure::Message(why)), || engine::zend_clear_exception());
        // That may have freed what has a destructor, whose exception is the script's.
        if crate::engine::exception_pending() { Err(Failure::Thrown) } else { outcome }
    }
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

/// What was published is what members are compared with from now on.
///
/// # Safety
/// A target of this request, and what [`collect`] gave for it. Destructors may run.
unsafe fn rebase(number: usize, array: &Slot, marks: &Slot) {
    let (members, tracking) = with(|statics| {
        let target = &statics.targets[number];
        (target.members(), target.policy.tracking)
    });
    if !members.is_empty() {
        with(|statics| bound::note_all(statics, members.start, array.array().slots()));
    }
    for (at, member) in members.enumerate() {
        // SAFETY: a value and a mark for each member, which the array holds.
        unsafe {
            if marks.text().bytes()[at] != VALUE {
                // It may be as declared again, where that cannot be stored.
                let before = with(|statics| baseline::set_declared(statics, member));
                engine::release(before);
            } else {
                let value = &array.array().slots()[at];
                let before = with(|statics| {
                    let before = baseline::set(statics, member, value, tracking);
                    shared::note(statics, member);
                    before
                });
                engine::release(before);
            }
        }
    }
    shared::release_replaced();
}
