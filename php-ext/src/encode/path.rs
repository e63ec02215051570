//! Names the part of a value that cannot be stored. Slow, and only for errors.

use super::scan::{Stop, element};
use super::{Job, Unstorable, source};
use crate::zend::constants as c;
use crate::zend::live::{Bucket, Slot};

/// Why this value cannot be stored.
pub(super) fn reason(slot: &Slot) -> String {
    match slot.kind() {
        c::IS_OBJECT => {
            // An anonymous class's name goes on with a NUL and where it was declared.
            let name = slot.class_name().split(|&byte| byte == 0).next().unwrap_or_default();
            if name == b"Closure" {
                return "it is a Closure".into();
            }
            format!("it is an object of class {}", String::from_utf8_lossy(name))
        }
        c::IS_RESOURCE => "it is a resource".into(),
        c::IS_CONSTANT_AST => "it is a constant expression".into(),
        _ => "it is not a value".into(),
    }
}

/// The error for a scan that stopped.
pub(super) fn explain(jobs: &[Job], stop: Stop) -> Unstorable {
    match stop {
        Stop::Offender { job, element: number } => {
            // SAFETY: the scan stopped here a moment ago.
            let (slot, bucket) = unsafe { element(&jobs[job], number) };
            let slot = slot.direct();
            let slot = if slot.kind() == c::IS_REFERENCE { &slot.reference().slot } else { slot };
            Unstorable { path: path(jobs, job, number, bucket), reason: reason(slot) }
        }
        Stop::TooLarge => Unstorable { path: String::new(), reason: "it is larger than 16 GiB".into() },
        Stop::References => unreachable!("the scan that knows the references met an unknown one"),
    }
}

fn path(jobs: &[Job], mut job: usize, number: usize, bucket: Option<&Bucket>) -> String {
    let mut keys = Vec::new();
    if !jobs[job].has(Job::REFERENCE) {
        keys.push(key(number, bucket));
    }
    while job != 0 {
        let child = jobs[job];
        job = child.parent as usize;
        if !jobs[job].has(Job::REFERENCE) {
            keys.push(key_of(&jobs[job], child.source));
        }
    }
    keys.reverse();
    keys.concat()
}

/// The key under which a job's array holds another job's source.
fn key_of(job: &Job, held: u64) -> String {
    let holds = |slot: &Slot| {
        let slot = slot.direct();
        match slot.kind() {
            c::IS_ARRAY => slot.value == held,
            c::IS_REFERENCE => {
                let inner = &slot.reference().slot;
                slot.value == held || (inner.kind() == c::IS_ARRAY && inner.value == held)
            }
            _ => false,
        }
    };
    // SAFETY: an array of the value that the scan stopped in; the caller excludes references.
    let array = unsafe { source(job) };
    if array.is_packed() {
        let number = array.slots().iter().position(holds).unwrap_or_default();
        key(number, None)
    } else {
        let bucket = array.buckets().iter().find(|bucket| holds(&bucket.slot));
        key(0, bucket)
    }
}

/// A subscript in PHP's syntax.
fn key(number: usize, bucket: Option<&Bucket>) -> String {
    let Some(bucket) = bucket else {
        return format!("[{number}]");
    };
    match bucket.text() {
        None => format!("[{}]", bucket.hash as i64),
        Some(text) => {
            let name = String::from_utf8_lossy(text.bytes());
            format!("['{}']", name.replace('\\', r"\\").replace('\'', r"\'"))
        }
    }
}
