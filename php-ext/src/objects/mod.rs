//! Objects: what is asked of them before a store, and how a fetch makes them again.
//!
//! | module | what is in it |
//! |---|---|
//! | [`class`], [`fingerprint`] | how a class's objects are stored, and whether it still is the same class |
//! | [`asking`] | a store, with asking in between |
//! | [`gather`], [`harvest`] | methods called before a store, in the order of `serialize()`, and their answers |
//! | [`walk`], [`path`] | where a walk over a value is, and how messages say that |
//! | [`methods`], [`sleep`] | what objects say of themselves, and what is stored of those that say nothing |
//! | [`native`] | objects that only functions in C of their class can write and read |
//! | [`declared`] | names out of `__sleep`, looked up in the class |
//! | [`refusing`] | objects whose internal method says that they cannot be stored |
//! | [`numbered`] | properties under ints, as `ArrayObject` makes them |
//! | [`lazy`], `proxy` | where the properties of lazy objects and proxies are (PHP 8.4) |
//! | [`plain`] | what need not be walked over |
//! | [`dates`] | what dates say, without asking them, and what they do not say |
//! | [`heap`] | heaps and priority queues, whose content no method gives |
//! | [`resolve`] | classes and enum cases that a payload names |
//! | [`linking`] | classes that lack what they inherit elsewhere |
//! | [`build`], `exceptions` | new objects from images; those that the engine would make with user code running (PHP 8.4) |
//! | [`finish`] | methods called after that, in the order of `unserialize()` |
//! | [`prototype`] | dates, which repeated fetches clone |
//! | [`engine`] | what the engine has for objects |

pub(crate) mod asking;
pub(crate) mod build;
pub(crate) mod class;
pub(crate) mod dates;
mod declared;
mod engine;
#[cfg(php84)]
mod exceptions;
pub(crate) mod fingerprint;
pub(crate) mod finish;
pub(crate) mod gather;
pub(crate) mod harvest;
pub(crate) mod heap;
pub(crate) mod lazy;
pub(crate) mod linking;
mod methods;
pub(crate) mod native;
pub(crate) mod numbered;
mod path;
mod plain;
pub(crate) mod prototype;
#[cfg(php84)]
mod proxy;
pub(crate) mod refusing;
pub(crate) mod resolve;
mod sleep;
mod walk;

use class::Classes;
use ext_php_rs::ffi::{zend_class_entry, zend_function};
use harvest::Harvest;
use prototype::Prototypes;
use resolve::Recipes;

use crate::module::local;

/// One thread's knowledge of classes, and its stores under way.
pub(crate) struct Objects {
    pub(crate) classes: Classes,
    recipes: Recipes,
    prototypes: Prototypes,
    harvests: Vec<*mut Harvest>,
    /// How many fetches are in the middle of calling objects' methods.
    pub(crate) calling: u32,
    /// Where in its value the object was whose method threw in the last store that asked any.
    pub(crate) thrown_at: Option<String>,
    /// The last class whose `__sleep` was looked for, and that.
    last_sleep: (*mut zend_class_entry, *mut zend_function),
    /// An empty one, for the next store.
    spare: Option<Box<Harvest>>,
}

impl Objects {
    pub(crate) const fn new() -> Self {
        Objects {
            classes: Classes::new(),
            recipes: Recipes::new(),
            prototypes: Prototypes::new(),
            harvests: Vec::new(),
            calling: 0,
            thrown_at: None,
            last_sleep: (std::ptr::null_mut(), std::ptr::null_mut()),
            spare: None,
        }
    }

    /// Forgets what is known of payloads, so that no address is left. In the middle of a fetch, which may go on to use it,
    /// nothing is forgotten: the addresses keep the payloads.
    pub(crate) fn forget_addresses(&mut self) {
        if let Some(spare) = &mut self.spare {
            spare.forget_addresses();
        }
        if self.calling == 0 {
            self.recipes.forget();
            self.prototypes.wipe();
        }
    }

    /// The request is about to end, its objects are still there.
    #[inline]
    pub(crate) fn before_end(&mut self) {
        self.prototypes.release();
    }

    /// The next request may have other classes. Stores that never came to an end (a fatal error in a method) held
    /// values that are gone with the request's memory.
    #[inline]
    pub(crate) fn end_request(&mut self) {
        // Whatever else there may be was made of a class.
        if !self.classes.is_empty() || !self.harvests.is_empty() {
            self.forget_request();
        }
        self.prototypes.forget();
    }

    fn forget_request(&mut self) {
        self.classes.forget();
        self.recipes.forget();
        self.calling = 0;
        self.thrown_at = None;
        self.last_sleep = (std::ptr::null_mut(), std::ptr::null_mut());
        while let Some(harvest) = self.harvests.pop() {
            // SAFETY: made by `Box::into_raw`; whoever used it was jumped over.
            drop(unsafe { Box::from_raw(harvest) });
        }
    }
}

/// This thread's classes, for a look that runs no user code.
#[inline(always)]
pub(crate) fn with_classes<T>(look: impl FnOnce(&mut Classes) -> T) -> T {
    // SAFETY: this thread's own; `look` runs no user code, so nobody else looks meanwhile.
    look(unsafe { &mut (*local()).objects.classes })
}

/// An empty harvest, which the thread's list knows until [`release_harvests`].
pub(crate) fn begin_harvest() -> *mut Harvest {
    // SAFETY: this thread's own.
    let objects = unsafe { &mut (*local()).objects };
    let harvest = Box::into_raw(objects.spare.take().unwrap_or_else(|| Box::new(Harvest::new())));
    // SAFETY: just made.
    unsafe { (*harvest).place = objects.harvests.len() };
    objects.harvests.push(harvest);
    harvest
}

/// Lets go of what a harvest and those linked to it hold, and of them. Destructors may run. Returns the first one's
/// [`Harvest::failure`].
///
/// # Safety
/// From [`begin_harvest`], or null, and not used any more. No Rust value of the caller's needs dropping.
unsafe fn release_harvests(first: *mut Harvest) -> Option<String> {
    // SAFETY: the caller's word; a destructor that does not come back leaves them to the list.
    unsafe {
        let mut harvest = first;
        while !harvest.is_null() {
            Harvest::release(harvest);
            harvest = (*harvest).next;
        }
        let failure = first.as_mut().and_then(|first| first.failure.take());
        let mut harvest = first;
        while !harvest.is_null() {
            let next = (*harvest).next;
            let (harvests, place) = (&mut (*local()).objects.harvests, (*harvest).place);
            if harvests.get(place).is_some_and(|known| std::ptr::eq(*known, harvest)) {
                harvests.swap_remove(place);
                if let Some(&moved) = harvests.get(place) {
                    (*moved).place = place;
                }
                (*local()).objects.spare = Box::from_raw(harvest).emptied();
            }
            harvest = next;
        }
        failure
    }
}
