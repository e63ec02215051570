//! Heaps and priority queues. Their elements are in structures of the SPL's own; PHP 8.2 to 8.4 serialise them as empty, and 8.5 anew by
//! comparing.
//!
//! The garbage collector's view of such an object is exactly its elements, in the order of the heap. To make one again they
//! are inserted in that order: then the heap has the same layout, provided nothing is moved. So that no element is, and no
//! `compare()` of user code runs, they are inserted *while an exception is pending*: comparing then says "equal" at
//! once. The heap counts as corrupted afterwards, and is declared sound if the original was.

use std::ffi::c_int;
use std::mem::ManuallyDrop;

use ext_php_rs::ffi::{HashTable, zend_execute_data, zend_function, zend_object, zval};

use super::class::{is_a, method};
use super::engine::{self, spl_ce_SplHeap, spl_ce_SplPriorityQueue, undefined, zend_ce_traversable, zval_of};
use super::gather::Stop;
use crate::engine::{exception_pending, shown_to_collector};
use crate::zend::constants as c;
use crate::zend::live::{Array, Object, Slot};

/// A method of the internal class, whatever subclasses have under that name.
unsafe fn internal(is_queue: bool, name: &str) -> Option<*mut zend_function> {
    // SAFETY: the engine's own classes.
    unsafe { method(if is_queue { &*spl_ce_SplPriorityQueue } else { &*spl_ce_SplHeap }, name) }
}

#[cfg(php85)]
type HeapCount = usize;
#[cfg(not(php85))]
type HeapCount = c_int;

/// The head of what a heap's elements are in (`spl_ptr_heap`), of which the engine installs no header.
#[repr(C)]
struct Head {
    elements: *const Slot,
    functions: [usize; 3],
    count: HeapCount,
    flags: c_int,
}

/// Bit of [`Head::flags`]: the engine is in the middle of a change.
const LOCKED: c_int = 2;

/// Whether the engine sets it, which it does since late 2024: of versions from about then it is not known for certain here, and what is
/// running tells as well.
const LOCKS: bool = matches!(c::PHP_VERSION_ID, 80_230..80_300 | 80_320..80_400 | 80_410.. );

/// What an object has before itself: the head's address, flags, two functions.
const BEFORE_OBJECT: usize = 4 * size_of::<usize>();

/// Whether a heap or queue is in the middle of a change, and user code runs for that (`compare()`, `__toString()`, destructors). Its
/// elements are not to be looked at then: the engine has freed some that it still shows.
///
/// # Safety
/// A live heap or queue; frames of the running script.
pub(crate) unsafe fn is_changing(object: *const Object) -> bool {
    // SAFETY: the caller's word.
    unsafe { is_locked(object).filter(|_| LOCKS).unwrap_or_else(|| is_being_changed(object)) }
}

/// Whether the engine keeps others from changing a heap, since it does so itself. `None` if its structures are not what they are known
/// to be, which what it shows of them tells.
///
/// # Safety
/// A live heap or queue.
unsafe fn is_locked(object: *const Object) -> Option<bool> {
    // SAFETY: the caller's word. Objects of such classes lie behind what the handlers' offset says; the head is looked at no further
    // than its first field before that is known to be right.
    unsafe {
        let object = object.cast_mut().cast::<zend_object>();
        let handlers = &*(*object).handlers;
        if handlers.offset as usize != BEFORE_OBJECT {
            return None;
        }
        let (mut elements, mut count) = (std::ptr::null_mut(), 0);
        handlers.get_gc?(object, &raw mut elements, &raw mut count);
        let head = *object.byte_sub(BEFORE_OBJECT).cast::<*const Head>();
        if head.is_null() || !std::ptr::eq((*head).elements, elements.cast()) {
            return None;
        }
        // Of a queue, values and priorities are shown.
        let alike = [(*head).count, 2 * (*head).count].contains(&(count as HeapCount));
        alike.then_some((*head).flags & LOCKED != 0)
    }
}

/// The same by what is running: one of the heap's own methods, or a loop over it that goes on to the next element.
///
/// # Safety
/// As for [`is_changing`].
unsafe fn is_being_changed(object: *const Object) -> bool {
    // SAFETY: the caller's word; frames are live.
    unsafe {
        let mut frame: *mut zend_execute_data =
            (*ext_php_rs::ffi::ext_php_rs_executor_globals()).current_execute_data;
        let mut own_method = false;
        while !frame.is_null() {
            match changes(frame, object) {
                // A loop that asks a method of a script for the next element, which does not change anything by itself.
                Change::Loop if own_method => {}
                Change::Loop | Change::Method => return true,
                Change::None => {}
            }
            own_method = (*(&raw const (*frame).This).cast::<Slot>()).value as usize == object.addr();
            frame = (*frame).prev_execute_data;
        }
    }
    false
}

/// What a frame does to a heap.
enum Change {
    None,
    Method,
    Loop,
}

/// Whether this frame is that of a change of the heap. Where the engine says nothing of it, some other iterator's that may be over the
/// heap counts as well.
///
/// # Safety
/// A live frame.
unsafe fn changes(frame: *mut zend_execute_data, object: *const Object) -> Change {
    // SAFETY: a frame with a function of a script has an operation, whose operand is one of the frame's; a function has a name, or
    // null.
    unsafe {
        let function = (*frame).func;
        if function.is_null() {
            return Change::None;
        }
        let internal = crate::engine::is_internal(function);
        let is_it = |slot: &Slot| slot.kind() == c::IS_OBJECT && slot.value as usize == object.addr();
        if is_it(&*(&raw const (*frame).This).cast::<Slot>()) {
            let name = (*function).common.function_name;
            let methods: &[&[u8]] = if internal { &[b"insert", b"extract", b"next"] } else { &[b"compare"] };
            let is_named = |method: &&[u8]| crate::engine::bytes(name).eq_ignore_ascii_case(method);
            let changes = !name.is_null() && methods.iter().any(is_named);
            return if changes { Change::Method } else { Change::None };
        }
        if internal {
            let this = &*(&raw const (*frame).This).cast::<Slot>();
            if !LOCKS
                && this.kind() == c::IS_OBJECT
                && is_a(this.object().class as *const _, zend_ce_traversable)
            {
                return Change::Method;
            }
            let name = (*function).common.function_name;
            let loops = !name.is_null()
                && (*function).common.scope.is_null()
                && crate::engine::bytes(name).starts_with(b"iterator_")
                && crate::engine::argument_count(frame.cast()) > 0
                && is_it(crate::engine::slot(crate::engine::argument(frame.cast(), 0)));
            return if loops { Change::Loop } else { Change::None };
        }
        let operation = &*(*frame).opline;
        const OTHERS: [u32; 3] = [c::ZEND_YIELD_FROM, c::ZEND_SEND_UNPACK, c::ZEND_ADD_ARRAY_UNPACK];
        if !LOCKS && OTHERS.contains(&u32::from(operation.opcode)) {
            return Change::Method;
        }
        if !matches!(u32::from(operation.opcode), c::ZEND_FE_FETCH_R | c::ZEND_FE_FETCH_RW) {
            return Change::None;
        }
        let over = frame.cast::<u8>().add(operation.op1.var as usize).cast::<zval>();
        if crate::engine::slot(over).kind() != c::IS_OBJECT {
            return Change::None;
        }
        let iterator = engine::zend_iterator_unwrap(over);
        if !iterator.is_null() && is_it(&*(&raw const (*iterator).data).cast::<Slot>()) {
            Change::Loop
        } else {
            Change::None
        }
    }
}

/// Where the elements begin in a heap's [`contents`].
pub(super) const FIRST: usize = 2;

/// An array that the caller holds: flags, whether it is corrupted, then the elements; of a queue, value and priority in turn.
///
/// # Safety
/// A live, held heap or queue that is not [changing](is_changing).
pub(super) unsafe fn contents(object: *const Object, is_queue: bool) -> Result<Slot, Stop> {
    // SAFETY: the methods only read; elements are held by the new array.
    unsafe {
        let object = object.cast_mut().cast::<zend_object>();
        let flags = if is_queue { ask(object, internal(true, "getextractflags"))? } else { undefined() };
        let corrupted = ask(object, internal(is_queue, "iscorrupted"))?;
        let elements = shown_to_collector(object);
        let table = engine::_zend_new_array(elements.count as u32 + FIRST as u32);
        let flags =
            if flags.kind() == c::IS_LONG { flags } else { Slot { value: 0, info: c::IS_LONG, next: 0 } };
        append(table, flags);
        append(table, corrupted);
        for number in 0..elements.count {
            append(table, *elements.parts.add(number));
        }
        Ok(Slot::counted(table, c::IS_ARRAY_EX))
    }
}

unsafe fn append(table: *mut HashTable, value: Slot) {
    let mut value = Slot { next: 0, ..value };
    // SAFETY: the caller's own table; a live value.
    unsafe {
        engine::hold(&value);
        engine::zend_hash_next_index_insert(table, zval_of(&mut value));
    }
}

unsafe fn ask(object: *mut zend_object, method: Option<*mut zend_function>) -> Result<Slot, Stop> {
    // SAFETY: an internal method of the object's class that takes nothing.
    let result = method.map_or(undefined(), |method| unsafe { engine::call_method(object, method, &mut []) });
    if exception_pending() { Err(Stop::Thrown) } else { Ok(result) }
}

/// A call frame for an internal method, without the engine's stack.
#[repr(C)]
struct Call {
    /// Never dropped: it holds nothing, and the bindings would let go of `This`.
    frame: ManuallyDrop<zend_execute_data>,
    arguments: [Slot; 2],
}

/// Fills an empty heap or queue with what [`contents`] said. Runs no user code.
///
/// # Safety
/// `object` is a new one of such a class, nothing is pending; the elements live.
pub(super) unsafe fn fill(object: *mut zend_object, is_queue: bool, contents: &Array) {
    let slots = if contents.is_packed() { contents.slots() } else { return };
    let [flags, corrupted, elements @ ..] = slots else { return };
    // SAFETY: internal methods of the object's class with the arguments they take. What is pending is an object of ours, which is
    // taken away again before anybody looks at it, or released by a fatal error.
    unsafe {
        let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
        let (insert, recover) = (internal(is_queue, "insert"), internal(is_queue, "recoverfromcorruption"));
        if is_queue {
            run(object, internal(true, "setextractflags"), std::slice::from_ref(flags));
        }
        // A fatal error (memory limit) reports what is pending, to the script's error handler too; of this one it says nothing.
        let pending = engine::zend_create_unwind_exit();
        for element in elements.chunks(if is_queue { 2 } else { 1 }) {
            run(object, recover, &[]);
            (*globals).exception = pending;
            run(object, insert, element);
            (*globals).exception = std::ptr::null_mut();
        }
        engine::zval_ptr_dtor(zval_of(&mut engine::object_slot(pending)));
        if corrupted.kind() != c::IS_TRUE {
            run(object, recover, &[]);
        }
    }
}

/// Calls an internal method.
///
/// # Safety
/// It takes these arguments, and does not look at the caller.
unsafe fn run(object: *mut zend_object, method: Option<*mut zend_function>, arguments: &[Slot]) {
    let Some(method) = method else { return };
    // SAFETY: the frame is as the engine makes one: function, object, number of arguments, arguments behind it.
    unsafe {
        let mut call: Call = std::mem::zeroed();
        call.frame.func = method;
        call.arguments[..arguments.len()].copy_from_slice(arguments);
        let this = (&raw mut call.frame.This).cast::<Slot>();
        *this = Slot { next: arguments.len() as u32, ..engine::object_slot(object) };
        let mut result = undefined();
        result.info = c::IS_NULL;
        if let Some(handler) = (*method).internal_function.handler {
            let globals = ext_php_rs::ffi::ext_php_rs_executor_globals();
            let frame = (&raw mut call.frame).cast::<zend_execute_data>();
            let caller = (*globals).current_execute_data;
            call.frame.prev_execute_data = caller;
            (*globals).current_execute_data = frame;
            handler(frame, zval_of(&mut result).cast::<zval>());
            (*globals).current_execute_data = caller;
        }
    }
}
