//! Stacks: free parts of the running one, of those of suspended fibers and of whoever resumed the running one; and the frames of suspended fibers.
//!
//! What lies beyond their tops are frames that are over, full of addresses that nobody will use again. For C stacks these are below
//! the stack pointer, which is kept for each fiber that is suspended. Where the engine's stack of a context
//! ends, the engine keeps in registers and on the C stack until it comes back. So with each switch it is put down where the engine has room for
//! it: in the head of the stack's last page, which says the same of the pages before.

use std::mem::MaybeUninit;
use std::ops::Range;

use ext_php_rs::ffi::{
    _zend_executor_globals, ext_php_rs_executor_globals, zend_class_entry, zend_execute_data,
    zend_fiber_context, zend_vm_stack,
};

use super::local;
use crate::engine::reserved_word;
use crate::zend::constants as c;

/// So much below [`here`] is left to the search, which puts the registers there and wipes what is below these.
const KEPT: usize = 12 << 10;

unsafe extern "C" {
    static zend_ce_fiber: *mut zend_class_entry;
    fn zend_observer_fiber_switch_register(
        callback: unsafe extern "C" fn(*mut zend_fiber_context, *mut zend_fiber_context),
    );
}

/// At module start-up.
pub(super) fn install() {
    if reserved_word().is_some() {
        // SAFETY: module start-up; the engine forgets its observers at shutdown.
        unsafe { zend_observer_fiber_switch_register(switched) };
    }
}

/// The engine is still where the context is that it leaves.
unsafe extern "C" fn switched(from: *mut zend_fiber_context, _to: *mut zend_fiber_context) {
    // SAFETY: this thread's own globals and a live context. The engine writes the head's word before it begins the next page, and reads it when
    // that is gone.
    unsafe {
        let globals = ext_php_rs_executor_globals();
        let page = (*globals).vm_stack;
        if !page.is_null() {
            (*page).top = (*globals).vm_stack_top;
        }
        page_of(from).write(page);
        (*local()).fibers.switches += 1;
    }
}

/// What is known of the fibers of a thread.
pub(crate) struct Fibers {
    /// How often one context has gone on instead of another.
    switches: u64,
    /// How many there had been when `suspended` was found.
    looked: u64,
    /// The places of objects that were fibers in suspension.
    suspended: Vec<u32>,
    /// Where the thread's own stack ends, once that has been asked for: it takes long.
    thread: Option<Option<usize>>,
}

impl Fibers {
    pub(super) const fn new() -> Self {
        Self { switches: 0, looked: 0, suspended: Vec::new(), thread: None }
    }
}

/// How often one fiber (or what is outside of fibers) has gone on instead of another on this thread. `None` if nobody tells.
#[inline]
pub(crate) fn switches() -> Option<u64> {
    // SAFETY: this thread's own; no reference lives on.
    reserved_word().map(|_| unsafe { (*local()).fibers.switches })
}

/// The place of our word, where we have one.
unsafe fn page_of(context: *mut zend_fiber_context) -> *mut zend_vm_stack {
    // SAFETY: within the context, which has the word that the engine has given us.
    unsafe { context.byte_add(c::FIBER_RESERVED).cast::<zend_vm_stack>().add(reserved_word().unwrap_or(0)) }
}

/// The places and contexts of all fibers that there are. The engine tells observers of a fiber's end, but not where a
/// fatal error has ended the script and the fiber is let go of after that: so these are looked for among the objects.
///
/// # Safety
/// This thread's globals, while a request runs.
unsafe fn fibers(globals: &_zend_executor_globals) -> impl Iterator<Item = (u32, *mut zend_fiber_context)> {
    // SAFETY: the caller's word.
    (1..globals.objects_store.top)
        .filter_map(move |place| Some((place, unsafe { fiber_at(globals, place) }?)))
}

/// The context of the fiber that is the object at a place, if there is one.
///
/// # Safety
/// As for [`fibers`].
unsafe fn fiber_at(globals: &_zend_executor_globals, place: u32) -> Option<*mut zend_fiber_context> {
    const GONE: usize = 1;
    let objects = &globals.objects_store;
    if place >= objects.top {
        return None;
    }
    // SAFETY: the store's table has so many places, and what is not marked as gone is an object. A fiber's class is final.
    unsafe {
        let object = objects.object_buckets.add(place as usize).read();
        let is_fiber = object.addr() & GONE == 0 && (*object).ce == zend_ce_fiber;
        is_fiber.then(|| object.byte_add(c::FIBER_CONTEXT).cast())
    }
}

/// The last frames of the fibers that are suspended. (A fiber that has resumed another one is among the frames before that one's.) Without fibers
/// the objects are not looked through, and no more than once until there has been another switch: none is suspended without one.
///
/// # Safety
/// This thread's globals, while a request runs.
pub(crate) unsafe fn suspended(
    globals: &_zend_executor_globals,
) -> impl Iterator<Item = *const zend_execute_data> {
    // The main program's context is of this request, and has had a page since a fiber was begun.
    // SAFETY: the caller's word, and a live context.
    let are_fibers =
        reserved_word().is_none() || unsafe { !page_of(globals.main_fiber_context).read().is_null() };
    // SAFETY: this thread's own, for no longer than this.
    let known = unsafe { &mut (*local()).fibers };
    if are_fibers && (known.looked != known.switches || reserved_word().is_none()) {
        known.looked = known.switches;
        // SAFETY: the caller's word; live fibers.
        let found = unsafe { fibers(globals).filter(|(_, context)| frame_of(*context).is_some()) };
        known.suspended.clear();
        known.suspended.extend(found.map(|(place, _)| place));
    }
    let mut at = 0..if are_fibers { known.suspended.len() } else { 0 };
    std::iter::from_fn(move || {
        // SAFETY: as above; live fibers. One may be gone by now without a switch (after a fatal error), so each is looked at again.
        at.find_map(|at| unsafe {
            let known = &(*local()).fibers;
            frame_of(fiber_at(globals, *known.suspended.get(at)?)?)
        })
    })
}

/// Where a fiber was suspended, if it is. As the engine has it: nobody has resumed it since.
///
/// # Safety
/// A live fiber's context.
unsafe fn frame_of(context: *mut zend_fiber_context) -> Option<*const zend_execute_data> {
    // SAFETY: the caller's word.
    unsafe {
        let fiber = context.byte_sub(c::FIBER_CONTEXT);
        let status = context.byte_add(c::FIBER_STATUS).cast::<u32>().read();
        let caller = fiber.byte_add(c::FIBER_CALLER).cast::<*const zend_fiber_context>().read();
        (status == c::ZEND_FIBER_STATUS_SUSPENDED && caller.is_null())
            .then(|| fiber.byte_add(c::FIBER_EXECUTE_DATA).cast::<*const zend_execute_data>().read())
    }
}

/// What is free of all stacks, the running one's included.
///
/// # Safety
/// This thread's globals, while a request runs.
pub(super) unsafe fn free(globals: &_zend_executor_globals) -> Vec<Range<usize>> {
    let mut free = Vec::with_capacity(4);
    free.push(globals.vm_stack_top.addr()..globals.vm_stack_end.addr());
    let thread = of_this_thread();
    // SAFETY: live contexts: the running one, and those of fibers that there are.
    let stack_of = |context| unsafe {
        if context == globals.main_fiber_context { thread.clone() } else { of_fiber(context) }
    };
    free.extend(
        stack_of(globals.current_fiber_context).and_then(|stack| below(&stack, here().checked_sub(KEPT)?)),
    );
    if reserved_word().is_none() {
        return free;
    }
    // SAFETY: the caller's word.
    for context in unsafe { fibers(globals) }.map(|(_, context)| context).chain([globals.main_fiber_context])
    {
        // SAFETY: live contexts. One that is suspended has been left, so its word is a page of its stack.
        unsafe {
            let status = context.byte_add(c::FIBER_STATUS).cast::<u32>().read();
            if context == globals.current_fiber_context || status != c::ZEND_FIBER_STATUS_SUSPENDED {
                continue;
            }
            let mut page = page_of(context).read();
            while let Some(head) = page.as_ref() {
                free.push(head.top.addr()..head.end.addr());
                page = head.prev;
            }
            // Where it goes on. (An engine that switches by other means has that elsewhere.)
            let handle = context.byte_add(c::FIBER_HANDLE).cast::<usize>().read();
            free.extend(stack_of(context).and_then(|stack| below(&stack, handle)));
        }
    }
    free
}

/// A C stack's free part, if that is where it is used up to.
fn below(stack: &Range<usize>, used: usize) -> Option<Range<usize>> {
    stack.contains(&used).then_some(stack.start..used)
}

/// About where the running stack ends.
#[inline(never)]
pub(crate) fn here() -> usize {
    let place = 0u8;
    std::hint::black_box(&raw const place).addr()
}

/// The lowest address of the running C stack, which it may grow down to, as far as that is known.
pub(crate) fn running_end() -> Option<usize> {
    // SAFETY: this thread's own globals; the running context is live.
    unsafe {
        let globals = &*ext_php_rs_executor_globals();
        let context = globals.current_fiber_context;
        if context != globals.main_fiber_context {
            return of_fiber(context).map(|stack| stack.start);
        }
        let known = &mut (*local()).fibers.thread;
        *known.get_or_insert_with(|| {
            of_this_thread().map(|stack| limit_of_first(stack.end).unwrap_or(usize::MAX).min(stack.start))
        })
    }
}

/// A fiber's C stack.
///
/// # Safety
/// A live context of a fiber.
unsafe fn of_fiber(context: *mut zend_fiber_context) -> Option<Range<usize>> {
    // SAFETY: the caller's word. The engine's description of a stack begins with where it is and how large.
    let [start, size] =
        *unsafe { context.byte_add(c::FIBER_STACK).cast::<*const [usize; 2]>().read().as_ref() }?;
    Some(start..start.checked_add(size)?)
}

/// How far down the stack of the process's first thread may grow, which ends at `end`: musl says what is mapped of it so far. `None` on other
/// threads, and where the C library knows.
fn limit_of_first(end: usize) -> Option<usize> {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: numbers of this process and thread, and a valid place for the result.
    let known = cfg!(target_env = "musl")
        && unsafe {
            i64::from(libc::getpid()) == libc::syscall(libc::SYS_gettid)
                && libc::getrlimit(libc::RLIMIT_STACK, &raw mut limit) == 0
        };
    (known && limit.rlim_cur != libc::RLIM_INFINITY).then(|| end.saturating_sub(limit.rlim_cur as usize))
}

/// The C stack of the thread, whatever it runs on. What the kernel shows as one mapping may be more than that.
fn of_this_thread() -> Option<Range<usize>> {
    let mut attributes = MaybeUninit::<libc::pthread_attr_t>::uninit();
    let (mut start, mut size) = (std::ptr::null_mut(), 0);
    // SAFETY: the first call fills the attributes, if it succeeds; they are read, and given back.
    let known = unsafe {
        libc::pthread_getattr_np(libc::pthread_self(), attributes.as_mut_ptr()) == 0 && {
            let known = libc::pthread_attr_getstack(attributes.as_ptr(), &raw mut start, &raw mut size) == 0;
            libc::pthread_attr_destroy(attributes.as_mut_ptr());
            known
        }
    };
    known.then_some(start.addr()..start.addr().checked_add(size)?)
}
