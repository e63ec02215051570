//! What the classes of a target's values have to wait for: declarations that are about to be executed.

use ext_php_rs::ffi::{zend_class_entry, zend_op_array, zend_string};

use super::declarations::Last;
use super::frames::{frames, is_declaring, place_in};
use super::{Statics, engine, relatives, scan};
use crate::engine::is_of_script;
use crate::payload::{ClassImage, Template};
use crate::zend::constants as c;
use crate::zend::live::Text;

/// A name that an entry has, which is pinned.
pub(super) type Name = *const [u8];

/// Declarations that are about to be executed.
#[derive(Clone, Copy)]
pub(super) enum Early {
    /// Those that a file begins with, or that come next where it is. Only compared, with files and functions that are there.
    Row(*const zend_op_array),
    /// That of a class by its name, and where it comes last.
    Class(Name, Last),
    /// That of a class of that name, which an autoloader is at work on.
    Loading(Name),
}

impl Early {
    pub(super) fn is(self, other: Self) -> bool {
        match (self, other) {
            (Self::Row(one), Self::Row(other)) => std::ptr::eq(one, other),
            // SAFETY: names of entries of this request, pinned.
            (Self::Class(one, _), Self::Class(other, _)) | (Self::Loading(one), Self::Loading(other)) => unsafe {
                (*one).eq_ignore_ascii_case(&*other)
            },
            _ => false,
        }
    }

    /// They, if they still are.
    pub(super) fn to_come(self, statics: &Statics) -> Option<Self> {
        // SAFETY: a name as above; files that were compiled are kept by those who run them next; frames are live.
        unsafe {
            match self {
                Self::Row(function) => {
                    let is_it = statics.compiled.contains(&function) && statics.straight.declares(function)
                        || frames()
                            .any(|frame| std::ptr::eq((*frame).func.cast(), function) && is_declaring(frame));
                    is_it.then_some(self)
                }
                Self::Class(name, _) => soon(&*name, statics),
                Self::Loading(name) => to_be_there(&*name, statics),
            }
        }
    }
}

/// Whether an autoloader is at work on the class of that name.
///
/// # Safety
/// While a request runs.
pub(super) unsafe fn is_loading(name: &[u8]) -> bool {
    // SAFETY: the executor's own table of lower-case names, or null.
    unsafe {
        let loading = (*ext_php_rs::ffi::ext_php_rs_executor_globals()).in_autoload;
        !loading.is_null()
            && scan::buckets(engine::table(loading))
                .iter()
                .any(|bucket| bucket.text().is_some_and(|key| key.bytes().eq_ignore_ascii_case(name)))
    }
}

/// The declarations that a target has to wait for: of a class that its template needs, wherever a running file may declare it; or
/// of any class that comes next in the file of the target's or its objects' classes, which user code could have included again; or in any
/// file that runs or is about to, if user code is needed. A class that is being linked is not there for that code, and OPcache, where it binds
/// classes as it loads their file, would take it for a parent although it has none itself yet.
///
/// # Safety
/// A pinned template, and the target's class.
#[cold]
pub(super) unsafe fn early(
    template: &Template,
    class: *const zend_class_entry,
    statics: &Statics,
) -> Option<Early> {
    // SAFETY: the caller's word; files that were compiled are kept by those who run them next.
    unsafe {
        let is_its = |function: *const zend_op_array| {
            let file = crate::engine::bytes((*function).filename);
            let declares_it = |class: *const zend_class_entry| {
                !class.is_null() && is_of_script(&*class) && engine::file_of(class) == file
            };
            declares_it(class) || template.classes().iter().any(|image| declares_it(find(image)))
        };
        rows(statics)
            .find(|function| is_its(*function) || needs_code(template))
            .map(Early::Row)
            .or_else(|| template.classes().iter().find_map(|image| soon(name_of(image), statics)))
            .or_else(|| related(template, statics))
    }
}

/// What a template's classes need to be loaded, if some are to be: a running file declares it further on, or an autoloader is at work on it.
unsafe fn related(template: &Template, statics: &Statics) -> Option<Early> {
    // SAFETY: as in `early`; a static's template.
    unsafe {
        let is_any_missing = template.classes().iter().any(|image| is_missing(image));
        is_any_missing
            .then(|| relatives::before(template).find_map(|name| to_be_there(name, statics)))
            .flatten()
    }
}

/// The same for one that is needed, by its name.
unsafe fn to_be_there(name: &[u8], statics: &Statics) -> Option<Early> {
    // SAFETY: as in `early`.
    unsafe {
        let is_there = relatives::is_there(name);
        let loading = (!is_there && is_loading(name)).then_some(Early::Loading(name));
        loading.or_else(|| soon(name, statics))
    }
}

/// Files that are at declarations which follow each other, or begin with such, of which some are still to be executed.
///
/// # Safety
/// While a request runs; no user code runs as long as they are looked at.
unsafe fn rows(statics: &Statics) -> impl Iterator<Item = *const zend_op_array> {
    // SAFETY: the caller's word; files that were compiled are kept by those who run them next.
    unsafe {
        let compiled = statics.compiled.iter().copied().filter(|file| statics.straight.declares(*file));
        let running = frames().filter(|frame| is_declaring(*frame));
        compiled.chain(running.map(|frame| (*frame).func.cast_const().cast()))
    }
}

/// Whether it takes user code to make a template's objects: to load a class, to evaluate defaults, or to call methods.
///
/// # Safety
/// A pinned template.
pub(super) unsafe fn needs_code(template: &Template) -> bool {
    template.classes().iter().any(|image| {
        // SAFETY: classes that are there are of this request.
        unsafe {
            let class = find(image);
            class.is_null()
                || is_of_script(&*class)
                    && (template.head.calls > 0 || (*class).ce_flags & c::ZEND_ACC_CONSTANTS_UPDATED == 0)
        }
    })
}

/// The class of a template's record; null if it is not there. Loads nothing.
unsafe fn find(image: &ClassImage) -> *const zend_class_entry {
    // SAFETY: the image's name is a string image, which the engine takes as an interned string.
    unsafe { crate::engine::loaded_class(image.name as *mut zend_string) }
}

/// The name in a template's record.
///
/// # Safety
/// A record of a template of this request, pinned.
pub(super) unsafe fn name_of(image: &ClassImage) -> &[u8] {
    // SAFETY: a string image, in the payload that the record is in.
    unsafe { (*(image.name as *const Text)).bytes() }
}

/// Whether a class of a template's is not there.
///
/// # Safety
/// As for [`name_of`].
pub(super) unsafe fn is_missing(image: &ClassImage) -> bool {
    // SAFETY: as in `find`.
    unsafe { find(image).is_null() }
}

/// The declaration of a class that is not there yet, if a file that has been compiled and not begun, or is running, has it from where it is on.
unsafe fn soon(name: &[u8], statics: &Statics) -> Option<Early> {
    // SAFETY: as in `early`.
    unsafe {
        let lower = name.to_ascii_lowercase();
        if relatives::is_there(&lower) {
            return None;
        }
        let last = |function, from| {
            let found = statics.declarations.last(function, &lower);
            found.filter(|last| last.at >= from)
        };
        let compiled = statics.compiled.iter().find_map(|file| last(*file, 0));
        let running = || frames().find_map(|frame| last((*frame).func.cast(), place_in(frame).unwrap_or(0)));
        compiled.or_else(running).map(|last| Early::Class(name, last))
    }
}
