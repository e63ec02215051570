//! `static_publish()`: from statics to entries while the request goes on.

use ext_php_rs::ffi::zval;

use super::publish::{MOST_ROUNDS, count_failure, describe, find_due, next_due, publish};
use super::{Target, engine, with};
use crate::api::args::{Args, Parsed};
use crate::api::table::guarded;
use crate::engine::{Frame, bytes, loaded_class, set_int};
use crate::exception;
use crate::objects::asking::Failure;
use crate::zend::live::Slot;

/// `static_publish(?string $class = null): int`
pub(crate) unsafe extern "C" fn static_publish(frame: *mut Frame, out: *mut zval) {
    // SAFETY: called by the engine.
    unsafe { guarded(out, || publish_now(frame, out)) };
}

unsafe fn publish_now(frame: *mut Frame, out: *mut zval) -> Parsed<()> {
    // SAFETY: the running call's frame, which holds its arguments, and its result.
    unsafe {
        let args = Args::new(frame, 0, 1)?;
        let class: Option<&[u8]> = args.nullable_string(0)?.map(|name| {
            // By the name that it was declared with, which may not be the given one. Nothing is loaded.
            let found = loaded_class(name);
            let name = if found.is_null() { bytes(name) } else { engine::name_of(found) };
            name.strip_prefix(b"\\").unwrap_or(name)
        });
        set_int(out, 0);
        if with(|statics| std::mem::replace(&mut statics.publishing, true)) {
            exception::throw("static_publish() was called while static state is being published");
            return Ok(());
        }
        // Of a call that user code has left.
        forget_failure();
        with(|statics| statics.stuck = Default::default());
        let is_meant = |target: &Target| {
            class.is_none_or(|class| engine::name_of(target.class).eq_ignore_ascii_case(class))
        };
        for round in 0..MOST_ROUNDS {
            if !find_due(round, true, is_meant) {
                break;
            }
            let mut next = 0;
            while let Some(number) = next_due(next) {
                next = number + 1;
                match publish(number, true) {
                    Ok(_) => {}
                    Err(Failure::Message(why)) => failed(number, &why),
                    Err(Failure::Thrown) => {
                        count_failure(number);
                        stop();
                        forget_failure();
                        return Ok(());
                    }
                }
            }
            if !with(|statics| statics.ran_code) {
                break;
            }
        }
        stop();
        if let Some(message) = with(|statics| statics.first_failure.take()) {
            exception::throw(message);
            engine::chain(with(|statics| std::mem::replace(&mut statics.first_cause, Slot::NULL)));
            return Ok(());
        }
        let stored = with(|statics| statics.targets.iter().filter(|target| target.stored).count());
        set_int(out, stored as i64);
    }
    Ok(())
}

/// One cannot be stored: the others can. What the exception says waits in the thread's keeping, since their methods may leave by a jump.
///
/// # Safety
/// A target of this request.
#[cold]
unsafe fn failed(number: usize, why: &str) {
    count_failure(number);
    // SAFETY: the caller's word.
    let message = unsafe { describe(number, why) };
    with(|statics| {
        statics.targets[number].failed = true;
        statics.first_failure.get_or_insert(message);
    });
}

/// Nothing is to be thrown of targets that cannot be stored. May run destructors.
fn forget_failure() {
    let cause = with(|statics| {
        statics.first_failure = None;
        std::mem::replace(&mut statics.first_cause, Slot::NULL)
    });
    // SAFETY: it was held; nobody else lets go of it.
    unsafe { engine::release(cause) };
}

/// No longer publishing; what was due and was not reached comes at the request's end.
fn stop() {
    with(|statics| {
        statics.publishing = false;
        statics.targets.iter_mut().for_each(|target| (target.due, target.failed) = (false, false));
    });
}
