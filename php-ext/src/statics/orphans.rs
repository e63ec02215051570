//! Entries of members that a class has no more.
//!
//! Keys have the names of properties and methods in them, so nobody asks for what was stored under a name that is gone. It would
//! be there again when the name comes back, under another declaration in between. So a request that stores state of a class
//! drops what else there is of it: of the same file, since other applications may have a class of that name.

use super::{Part, Target, engine, place};
use crate::api::table::fenced;
use crate::hooks::opcache::head::declared_in;
use crate::module::{Backend, local};

/// State of this target has just been stored. Looks once for each class and request.
///
/// # Safety
/// There is such a target. No reference to the thread's state lives.
pub(super) unsafe fn drop_beside(number: usize) {
    // SAFETY: this thread's own; no user code runs below. Targets are of classes of this request.
    unsafe {
        let local = &mut *local();
        let statics = &mut local.statics;
        let class = statics.targets[number].class;
        if statics.targets[number].looked_beside {
            return;
        }
        // They come one after the other.
        let is_its = |target: &Target| std::ptr::eq(target.class, class);
        let before = statics.targets[..number].iter().rev().take_while(|target| is_its(target)).count();
        let after = statics.targets[number..].iter().take_while(|target| is_its(target)).count();
        let targets = &mut statics.targets[number - before..number + after];
        targets.iter_mut().for_each(|target| target.looked_beside = true);
        let targets = &*targets;
        let file = engine::file_of(class);
        // What is evaluated at one place need not be the same class each time.
        if file.ends_with(b"eval()'d code") {
            return;
        }
        let name = &mut statics.key;
        name.clear();
        name.extend_from_slice(engine::name_of(class));
        name.make_ascii_lowercase();
        for backend in Backend::ALL {
            let Some(session) = local.backends[backend as usize].session(backend) else { continue };
            let is_orphan = |key: &[u8], payload: &[u8]| {
                let part = key.get(name.len()..).unwrap_or_default();
                declared_in(payload) == Some(file)
                    && !targets
                        .iter()
                        .any(|target| target.policy.backend == backend && is_part(part, target.part))
            };
            // Not within the bound: a writer is stuck, and what is left is looked for by another request.
            let _ = fenced(|| session.delete_of_class(name, is_orphan).ok());
        }
    }
}

/// Whether the rest of a key, behind the class, is that of a part.
///
/// # Safety
/// A part of a class of this request.
unsafe fn is_part(rest: &[u8], part: Part) -> bool {
    // SAFETY: the caller's word.
    unsafe {
        match part {
            Part::Class => rest.is_empty(),
            Part::Property(info) => {
                rest.strip_prefix(b"\0$") == Some(place::unmangled(crate::engine::bytes((*info).name)))
            }
            Part::Method(name, _) => {
                rest.strip_prefix(b"\0").and_then(|rest| rest.strip_suffix(b"()")) == Some((*name).bytes())
            }
        }
    }
}
