//! Statics that survive requests: `#[OPcache\PinnedStatic]`, `#[OPcache\VolatileStatic]`.
//!
//! A *target* is a class, a static property or a method with one of the attributes; it has one entry in shared memory. Its
//! *members* are the statics that the entry has values of.
//!
//! | module | what is in it |
//! |---|---|
//! | [`attributes`] | the classes that scripts name |
//! | [`observe`] | the engine tells of linked classes |
//! | [`errors`] | and of errors: whether one has ended the request |
//! | [`scan`], [`fingerprint`] | from a class to targets and members; declarations in 64 bits |
//! | `initialisers` | code in a declaration (PHP 8.3) |
//! | [`place`] | where a static is |
//! | [`restore`], [`compile`], [`awaited`], [`early`], [`frames`], [`straight`], [`declarations`] | from entries to statics: when the class is linked, when its file is compiled, or when the classes of its objects are there |
//! | [`turns`] | what waits for the end of a compilation, in its order |
//! | [`relatives`] | what their objects' classes are derived from |
//! | [`nesting`] | restores within restores |
//! | [`assign`] | the values into the statics |
//! | [`unseen`] | exceptions of theirs where the engine does not look for any |
//! | [`baseline`], [`content`], [`evaluated`], [`digest`], [`shared`], [`bound`], [`weak`] | what a static was, and whether it was changed since |
//! | [`publish`], [`attempt`] | from statics to entries at the request's end |
//! | [`static_publish`] | and at once |
//! | [`limit`] | the time limit of what publication calls |
//! | [`orphans`] | entries of what a class has no more |
//! | [`image`] | how an entry lies in shared memory |
//! | [`engine`] | what the engine has for all that |

mod assign;
mod attempt;
mod attributes;
mod awaited;
mod baseline;
mod bound;
mod closures;
mod compile;
mod content;
mod declarations;
mod digest;
mod early;
mod engine;
mod errors;
mod evaluated;
mod fingerprint;
mod frames;
pub(crate) mod image;
#[cfg(php83)]
mod initialisers;
mod last_error;
mod limit;
mod meanwhile;
mod nesting;
mod observe;
mod orphans;
mod place;
pub(crate) mod publish;
mod relatives;
mod restore;
mod scan;
mod shared;
pub(crate) mod static_publish;
mod straight;
mod turns;
mod unseen;
mod weak;

use std::collections::{BTreeMap, BTreeSet};

use ext_php_rs::ffi::{zend_class_entry, zend_object, zend_op_array};

use crate::buffer::Buffer;
use crate::hooks::opcache::state::was_invalidated;
use crate::module::{Backend, local};
use crate::zend::live::Slot;
use awaited::News;
use baseline::Baseline;
pub(crate) use compile::past_the_engine;
use digest::Places;
pub(crate) use digest::Walk;
use place::Place;
use scan::{Part, Policy};

/// A static of a target.
#[derive(Clone, Copy)]
pub(crate) struct Member {
    place: Place,
    baseline: Baseline,
    /// With which other member of its target it shared a reference then, see [`bound`].
    bound: bound::Bound,
}

impl Member {
    fn new(place: Place) -> Self {
        Member { place, baseline: Baseline::Declared, bound: bound::ALONE }
    }
}

/// Whether somebody took a target's state away in this request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Dropped {
    No,
    /// It was deleted: only what was changed since is published at the request's end. `static_publish()` publishes it in any case.
    Deleted,
    /// Its code is no longer valid, or there is no cache: nothing publishes it.
    ForGood,
}

/// What one entry is of.
struct Target {
    class: *mut zend_class_entry,
    part: Part,
    policy: Policy,
    /// Its members are these.
    first: u32,
    end: u32,
    fingerprint: u64,
    dropped: Dropped,
    /// It is to be published, and nobody has taken its state away since that was found out.
    due: bool,
    /// No more than initialisers have run: what another request has stored meanwhile goes before that.
    initial: bool,
    /// The publication under way has stored it.
    stored: bool,
    /// The `static_publish()` under way could not store it.
    failed: bool,
    /// It has just been deleted: what it is now is what it is compared with from now on, see [`settle`].
    unsettled: bool,
    /// This request has looked for entries of members that its class has no more.
    looked_beside: bool,
    /// Found as declared when it was due to be restored, see [`meanwhile`].
    untouched: Option<meanwhile::Moment>,
}

impl Target {
    /// The numbers of its members.
    fn members(&self) -> std::ops::Range<usize> {
        self.first as usize..self.end as usize
    }

    /// The entry's key.
    unsafe fn write_key(&self, key: &mut Vec<u8>) {
        key.clear();
        // SAFETY: a class of this request, and a part of it.
        unsafe {
            key.extend_from_slice(engine::name_of(self.class));
            key.make_ascii_lowercase();
            match self.part {
                Part::Class => {}
                Part::Property(info) => {
                    key.extend_from_slice(b"\0$");
                    key.extend_from_slice(place::unmangled(crate::engine::bytes((*info).name)));
                }
                Part::Method(name, _) => {
                    key.push(0);
                    key.extend_from_slice((*name).bytes());
                    key.extend_from_slice(b"()");
                }
            }
        }
    }

    /// As in messages.
    unsafe fn shown(&self) -> String {
        // SAFETY: as in `write_key`.
        unsafe {
            let class = String::from_utf8_lossy(engine::name_of(self.class));
            match self.part {
                Part::Class => class.into_owned(),
                Part::Property(info) => {
                    let name = place::unmangled(crate::engine::bytes((*info).name));
                    format!("{class}::${}", String::from_utf8_lossy(name))
                }
                Part::Method(_, function) => {
                    let name = crate::engine::bytes((*function).function_name);
                    format!("{class}::{}()", String::from_utf8_lossy(name))
                }
            }
        }
    }
}

/// One thread's statics of the running request.
pub(crate) struct Statics {
    targets: Vec<Target>,
    members: Buffer<Member>,
    /// Targets that wait for the end of a compilation, or for others of a class that is declared at run time.
    waiting: turns::Turns,
    /// Targets whose restore has called code of the script's that has not come back.
    restoring: nesting::Restoring,
    /// Targets that wait for classes.
    awaiting: awaited::Waiting,
    /// How far files have declared their classes.
    straight: straight::Progress,
    /// Where functions declare classes.
    declarations: declarations::Declarations,
    /// Files that have been compiled and do not run yet: what waited for the end of the compilation is being restored.
    compiled: Vec<*const zend_op_array>,
    /// How many compilations this thread is in.
    compiling: u32,
    /// The fibers of compilations that have ended, or declarations, whose waiting targets are being restored. One that a jump has
    /// left stays until the request ends.
    ending: Vec<usize>,
    /// Preloaded classes with targets; found once.
    preloaded: Vec<*mut zend_class_entry>,
    looked_for_preloaded: bool,
    /// Classes that have been linked, where they are many.
    linked: BTreeSet<usize>,
    /// Objects that were put into statics, and may be gone: see [`baseline`].
    objects: Vec<*mut zend_object>,
    weak: weak::Watched,
    /// What digests of members' baselines are good for, where that is anything.
    places: BTreeMap<usize, Places>,
    /// What the references in members' baselines held.
    shared: BTreeMap<usize, shared::Shared>,
    /// References of members that have got their values, by target and address, where others of the target are still to get theirs.
    met: BTreeMap<(usize, u64), usize>,
    /// What baselines held that have others now; to be released where destructors may run.
    replaced: Buffer<Slot>,
    /// Whether any target is.
    unsettled: bool,
    /// Errors that may have ended the request.
    raised: Vec<errors::Raised>,
    publishing: bool,
    /// Publication at the request's end has a time limit: see [`limit`].
    limited: bool,
    /// Somebody has registered an autoloader.
    has_loader: bool,
    /// User code may have run since publication last compared the statics.
    ran_code: bool,
    /// Why publishing failed, while destructors run.
    failure: Option<String>,
    /// What `static_publish()` throws when it is done with the others.
    first_failure: Option<String>,
    /// What was thrown for that reason, which it holds, or null.
    first_cause: Slot,
    /// Backends of which a lock was not free in time while this publication went on: the others of its targets do not wait again.
    stuck: [bool; 2],
    /// Room for a key.
    key: Vec<u8>,
}

impl Statics {
    pub(crate) const fn new() -> Self {
        Statics {
            targets: Vec::new(),
            members: Buffer::new(),
            waiting: turns::Turns::new(),
            restoring: nesting::Restoring::new(),
            awaiting: awaited::Waiting::new(),
            straight: straight::Progress::new(),
            declarations: declarations::Declarations::new(),
            compiled: Vec::new(),
            compiling: 0,
            ending: Vec::new(),
            preloaded: Vec::new(),
            looked_for_preloaded: false,
            linked: BTreeSet::new(),
            objects: Vec::new(),
            weak: weak::Watched::new(),
            places: BTreeMap::new(),
            shared: BTreeMap::new(),
            met: BTreeMap::new(),
            replaced: Buffer::new(),
            unsettled: false,
            raised: Vec::new(),
            publishing: false,
            limited: false,
            has_loader: false,
            ran_code: false,
            failure: None,
            first_failure: None,
            first_cause: Slot::NULL,
            stuck: [false; 2],
            key: Vec::new(),
        }
    }

    /// Whether the request has classes whose statics are published.
    #[inline]
    pub(crate) fn has_targets(&self) -> bool {
        !self.targets.is_empty()
    }

    /// Whether there are preloaded classes, or nobody has looked yet.
    #[inline]
    pub(crate) fn may_have_preloaded(&self) -> bool {
        !self.looked_for_preloaded || !self.preloaded.is_empty()
    }

    /// The request is over, and with it all that is named here.
    #[inline]
    pub(crate) fn end_request(&mut self) {
        (self.publishing, self.has_loader) = (false, false);
        self.raised.clear();
        self.compiling = 0;
        if !self.targets.is_empty() {
            self.end_targets();
        }
    }

    #[inline(never)]
    fn end_targets(&mut self) {
        limit::end(self);
        self.targets.clear();
        self.members.clear();
        self.waiting.clear();
        self.restoring.clear();
        self.compiled.clear();
        self.ending.clear();
        self.awaiting.clear();
        self.declarations.forget();
        self.objects.clear();
        self.replaced.clear();
        self.first_cause = Slot::NULL;
        self.unsettled = false;
        self.weak = weak::Watched::new();
        // Most requests have none of these.
        if !(self.linked.is_empty()
            && self.places.is_empty()
            && self.shared.is_empty()
            && self.met.is_empty())
        {
            self.linked.clear();
            self.places.clear();
            self.shared.clear();
            self.met.clear();
        }
    }

    /// So that none is left of values that it has let go of.
    pub(crate) fn forget_addresses(&mut self) {
        if self.replaced.is_empty() {
            self.replaced.wipe();
        }
        // Baselines of this request are in use.
        self.members.wipe_beyond();
    }

    /// Another start-up may preload other classes.
    pub(crate) fn shut_down(&mut self) {
        *self = Self::new();
    }
}

/// This thread's statics.
#[inline(always)]
fn state() -> *mut Statics {
    // SAFETY: this thread's own.
    unsafe { &raw mut (*local()).statics }
}

/// This thread's statics, for a look that runs no user code.
#[inline(always)]
fn with<T>(look: impl FnOnce(&mut Statics) -> T) -> T {
    // SAFETY: this thread's own; `look` runs no user code, so nobody else looks meanwhile.
    look(unsafe { &mut *state() })
}

/// At module start-up.
pub(crate) fn install() {
    attributes::register();
    observe::install();
    compile::start();
    #[cfg(php83)]
    initialisers::start();
}

/// At module shutdown.
pub(crate) fn uninstall() {
    compile::stop();
}

/// A request begins; its partition is known, and whether [there may be preloaded classes](Statics::may_have_preloaded).
#[inline(always)]
pub(crate) fn begin_request(may_have_preloaded: bool) {
    compile::install();
    if may_have_preloaded {
        restore::restore_preloaded();
    }
}

/// An autoloader was registered. User code may run and a jump may leave: no Rust value of the caller's needs dropping.
#[inline]
pub(crate) fn loader_registered() {
    let is_awaited = |statics: &mut Statics| {
        statics.has_loader = true;
        !statics.awaiting.is_empty()
    };
    if with(is_awaited) {
        // A panic would be a bug of ours; what it leaves are statics as declared.
        let _ = std::panic::catch_unwind(|| awaited::retry(News::Registered));
    }
}

/// Whether static state waits for declarations.
#[inline(always)]
pub(crate) fn is_waiting() -> bool {
    with(|statics| statics.awaiting.has_declared())
}

/// An autoloader has come back, and with it files that it ran, while [`is_waiting`]. As for [`loader_registered`].
pub(crate) fn loader_returned() {
    // After `exit()`, or in a fiber that is being destroyed, nothing can be called.
    if !engine::is_exiting() {
        // As above.
        let _ = std::panic::catch_unwind(|| awaited::retry(News::Returned));
    }
}

/// Deleted in this request: all state of a backend, or that of a class (lower-case name). Whoever calls this calls [`settle`] when
/// destructors may run.
pub(crate) fn deleted(backend: Backend, class: Option<&[u8]>) {
    drop_targets(Dropped::Deleted, |target| {
        target.policy.backend == backend
            // SAFETY: a class of this request.
            && class.is_none_or(|class| unsafe { engine::name_of(target.class) }.eq_ignore_ascii_case(class))
    });
}

/// A backend was cleared because all code may have changed.
pub(crate) fn reset(backend: Backend) {
    drop_targets(Dropped::ForGood, |target| target.policy.backend == backend);
}

fn drop_targets(how: Dropped, which: impl Fn(&Target) -> bool) {
    with(|statics| {
        for target in statics.targets.iter_mut().filter(|target| which(target)) {
            // By a method that its publication calls, perhaps: then what is about to be stored has been taken away, too.
            target.due = false;
            if target.dropped != Dropped::ForGood {
                target.dropped = how;
                target.unsettled = how == Dropped::Deleted;
                statics.unsettled |= target.unsettled;
            }
        }
    });
}

/// What was [`deleted`] counts as unchanged as it is now. Destructors may run and a jump may leave: no Rust value of the caller's needs
/// dropping.
#[inline(always)]
pub(crate) fn settle() {
    if with(|statics| statics.unsettled) {
        // SAFETY: the caller's word.
        unsafe { engine::beside_exception(baseline::settle) };
    }
}

/// Whether this request has invalidated the file of a target's class.
unsafe fn is_outdated(class: *const zend_class_entry) -> bool {
    // SAFETY: a class of this request.
    was_invalidated(unsafe { engine::file_of(class) })
}
