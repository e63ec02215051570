//! Names the part of a value that cannot be stored. Slow, and only for errors.

use super::object::ObjectJobs;
use super::scan::{Stop, reference};
use super::{Job, Unstorable, source};
use crate::objects::class::text;
use crate::objects::with_classes;
use crate::zend::constants as c;
use crate::zend::live::{Bucket, Object, Slot, Text};

/// Why this value cannot be stored.
pub(crate) fn reason(slot: &Slot) -> String {
    match slot.kind() {
        c::IS_OBJECT => {
            with_classes(|classes| classes.of_object(std::ptr::from_ref(slot.object()).cast())).refusal()
        }
        c::IS_RESOURCE => "it is a resource".into(),
        c::IS_CONSTANT_AST => "it is a constant expression".into(),
        _ => "it is not a value".into(),
    }
}

/// The error for a scan that stopped.
pub(super) fn explain(root: &Slot, jobs: &[Job], objects: &ObjectJobs, stop: Stop) -> Unstorable {
    let Stop::Offender { job, element: number } = stop else {
        return Unstorable { path: String::new(), reason: "it is larger than 16 GiB".into() };
    };
    let Some(offender) = jobs.get(job) else {
        // The value itself.
        return Unstorable { path: String::new(), reason: reason(root) };
    };
    let (slot, last) = if offender.has(Job::OBJECT) {
        // SAFETY: an object of the value that the scan stopped in.
        let object = unsafe { &*(offender.source as *const Object) };
        property(object, objects, number)
    } else if offender.has(Job::REFERENCE) {
        // SAFETY: a reference of the value that the scan stopped in.
        (unsafe { reference(offender) }.slot, String::new())
    } else {
        // SAFETY: the scan stopped at this element a moment ago.
        let element = unsafe { source(offender) }.element(number);
        (element.slot, key_in(offender, &element))
    };
    let slot = slot.direct();
    let slot = slot.behind_reference();
    Unstorable { path: shortened(path(jobs, objects, job) + &last), reason: reason(slot) }
}

/// A property by its number, and its name.
fn property(object: &Object, objects: &ObjectJobs, number: usize) -> (Slot, String) {
    let facts = with_classes(|classes| classes.of_object(std::ptr::from_ref(object).cast()));
    let found = objects.look(object).ok().and_then(|(_, found)| found);
    if number == usize::MAX {
        return (found.map_or(Slot::NULL, |found| found.argument), String::new());
    }
    let source = found.map_or(std::ptr::from_ref(object), |found| found.source);
    // SAFETY: a slot that the scan just met.
    unsafe {
        let name = facts.property(number as u32).map(|property| text(property.name));
        ((*source).slots(facts.slots)[number], path_of_property(name))
    }
}

fn key_in(job: &Job, element: &Bucket) -> String {
    if job.has(Job::TABLE) { path_of_member(element) } else { path_of_key(element) }
}

fn path(jobs: &[Job], objects: &ObjectJobs, mut job: usize) -> String {
    let mut keys = Vec::new();
    while job != 0 {
        let child = jobs[job];
        job = child.parent as usize;
        // What leads to a table is the object, and the table's keys are the properties' names.
        if !jobs[job].has(Job::REFERENCE) && !child.has(Job::TABLE) {
            keys.push(key_of(&jobs[job], objects, child.source));
        }
    }
    keys.reverse();
    keys.concat()
}

fn holds(slot: &Slot, held: u64) -> bool {
    let slot = slot.direct();
    match slot.kind() {
        c::IS_ARRAY | c::IS_OBJECT => slot.value == held,
        c::IS_REFERENCE => {
            let inner = &slot.reference().slot;
            slot.value == held || (matches!(inner.kind(), c::IS_ARRAY | c::IS_OBJECT) && inner.value == held)
        }
        _ => false,
    }
}

/// The key under which a job's array or object holds another job's source.
fn key_of(job: &Job, objects: &ObjectJobs, held: u64) -> String {
    if job.has(Job::OBJECT) {
        // SAFETY: an object of the value that the scan stopped in.
        let object = unsafe { &*(job.source as *const Object) };
        let found = objects.look(object).ok().and_then(|(_, found)| found);
        let facts = with_classes(|classes| classes.of_object(std::ptr::from_ref(object).cast()));
        let source = found.map_or(std::ptr::from_ref(object), |found| found.source);
        // SAFETY: as above.
        let slots = unsafe { (*source).slots(facts.slots) };
        if let Some(number) = slots.iter().position(|slot| holds(slot, held)) {
            return property(object, objects, number).1;
        }
        let through_method = found.is_some_and(|found| holds(&found.argument, held));
        return if through_method { "->__serialize()".into() } else { String::new() };
    }
    // SAFETY: an array of the value that the scan stopped in; the caller excludes references.
    let array = unsafe { source(job) };
    let element = array.elements().find(|element| holds(&element.slot, held));
    element.map_or_else(|| "[?]".into(), |element| key_in(job, &element))
}

/// A property in PHP's syntax, without what its full name says of its visibility.
pub(crate) fn path_of_property(name: Option<&Text>) -> String {
    let name =
        name.map_or(&b"?"[..], |name| name.bytes().rsplit(|&byte| byte == 0).next().unwrap_or_default());
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80;
    let shown = String::from_utf8_lossy(name);
    if name.len() <= LONGEST_NAME
        && name.iter().all(plain)
        && !name.first().is_none_or(u8::is_ascii_digit)
        && std::str::from_utf8(name).is_ok()
    {
        format!("->{shown}")
    } else {
        format!("->{{{}}}", quoted(name))
    }
}

/// A property among those of a table, which may be under an int.
pub(crate) fn path_of_member(element: &Bucket) -> String {
    match element.text() {
        None => format!("->{{'{}'}}", element.hash as i64),
        name => path_of_property(name),
    }
}

/// A subscript in PHP's syntax.
pub(crate) fn path_of_key(element: &Bucket) -> String {
    match element.text() {
        None => format!("[{}]", element.hash as i64),
        Some(text) => format!("[{}]", quoted(text.bytes())),
    }
}

/// How much of a name is shown, in bytes.
const LONGEST_NAME: usize = 80;

/// A string in PHP's syntax, of long ones the beginning.
pub(crate) fn quoted(bytes: &[u8]) -> String {
    let (shown, end) = beginning(bytes);
    match printable(shown) {
        Some(text) => format!("'{}{end}'", text.replace('\\', r"\\").replace('\'', r"\'")),
        None => format!("\"{}{end}\"", escaped(shown)),
    }
}

/// The same between double quotes in any case, which are the caller's.
pub(crate) fn between_quotes(bytes: &[u8]) -> String {
    let (shown, end) = beginning(bytes);
    match printable(shown) {
        Some(text) => format!("{}{end}", text.replace('\\', r"\\").replace('"', "\\\"")),
        None => format!("{}{end}", escaped(shown)),
    }
}

/// A class's name, or what begins with one, there: with backslashes as they are where there is nothing to escape.
pub(crate) fn class_between_quotes(bytes: &[u8]) -> String {
    let (shown, end) = beginning(bytes);
    match printable(shown) {
        Some(text) => format!("{}{end}", text.replace('"', "\\\"")),
        None => format!("{}{end}", escaped(shown)),
    }
}

/// What is shown of a string, and what stands for the rest.
fn beginning(bytes: &[u8]) -> (&[u8], &'static str) {
    if bytes.len() > LONGEST_NAME {
        // Not in the middle of a character.
        let begins = |at: &usize| bytes[*at] & 0xC0 != 0x80;
        let cut = (LONGEST_NAME - 3..=LONGEST_NAME).rev().find(begins).unwrap_or(LONGEST_NAME);
        (&bytes[..cut], "...")
    } else {
        (bytes, "")
    }
}

/// The text that a string is, if it is one without control characters.
fn printable(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

/// Any string between double quotes in PHP's syntax.
fn escaped(bytes: &[u8]) -> String {
    bytes.escape_ascii().to_string().replace("\\'", "'").replace('$', r"\$")
}

/// A path that is as long as it is useful: of long ones the beginning and the end.
pub(crate) fn shortened(path: String) -> String {
    const MOST: usize = 1000;
    if path.len() <= MOST {
        return path;
    }
    let is_boundary = |at: &usize| path.is_char_boundary(*at);
    let first = (0..=MOST / 2).rev().find(is_boundary).unwrap_or_default();
    let last = (path.len() - MOST / 2..=path.len()).find(is_boundary).unwrap_or(path.len());
    format!("{} ... {}", &path[..first], &path[last..])
}
