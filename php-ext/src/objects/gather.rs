//! Before a value with objects can be stored, methods have to be asked: `__serialize`, `__sleep`, `serialize`, initialisers
//! of lazy objects. Here they are, in the order in which `serialize()` would ask them, and what they answer is kept in a
//! [`Harvest`] for the encoder, which itself runs no user code.
//!
//! User code may do anything meanwhile: change what was walked over, store and fetch, suspend its fiber, throw, exit. So what
//! is walked over is held (an array with several holders is not changed in place), all state is in the harvest, which
//! the thread's list knows, and no Rust value that needs dropping is on the stack while user code runs.

use std::ffi::c_char;

use ext_php_rs::ffi::{HashTable, zend_function, zend_object, zend_string};

use super::class::{Facts, method, slot_of};
use super::engine::{self, undefined, zval_of};
use super::harvest::{Action, Call, Found, Harvest, Outcome};
#[cfg(php84)]
use super::proxy;
use super::{dates, heap, refusing, sleep, with_classes};
use crate::encode::Unstorable;
use crate::engine::exception_pending;
use crate::module::local;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Object, Slot};

/// Why gathering ended early.
pub(crate) enum Stop {
    /// User code threw.
    Thrown,
    /// An object's own internal method threw: see [`refusing`]. [`gather`] makes it the next one.
    Refused,
    Unstorable(Unstorable),
}

/// What is being walked over.
#[derive(Clone, Copy)]
pub(super) enum Walk {
    /// The elements of an array.
    Array(*const Array),
    /// Dynamic properties: what stands for declared ones is passed over.
    Table(*const Array),
    /// The declared properties of an object.
    Slots(*const Object),
    /// An object's properties are done: its calls come now.
    Done { late: Option<Action> },
}

/// What the elements of an array are called in a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    Keys,
    /// They are keys of what a method gave.
    Method,
    /// They are an object's properties.
    Properties,
    /// They are those of a heap's [contents](heap::contents).
    Heap,
    /// The same for a priority queue.
    Queue,
}

/// One level of the walk.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    walk: Walk,
    at: u32,
    end: u32,
    names: Names,
    found: u32,
    /// What `serialize()` writes with its function for tables: there, before PHP 8.4, an array within itself is null.
    nested: bool,
    /// An array that was met in such a table.
    guarded: bool,
}

/// More walks than this over one value, because user code makes it another one each time, and it is refused.
const MOST_RUNS: u32 = 16;

/// Asks all objects of a value that were not asked before.
///
/// # Safety
/// `value` lives through the call, `harvest` too, and nobody else uses the latter. May leave by a jump: no Rust value of
/// the caller's needs dropping.
pub(crate) unsafe fn gather(harvest: *mut Harvest, value: *const Slot) -> Result<(), Stop> {
    // SAFETY: the caller's word. The references to the thread's state end at once.
    unsafe {
        (*local()).objects.thrown_at = None;
        let gathered = gather_all(harvest, value);
        if matches!(gathered, Err(Stop::Refused)) {
            let path = path(&(*harvest).frames);
            return Err(Stop::Unstorable(Unstorable { path, reason: refusing::take_message() }));
        }
        if matches!(gathered, Err(Stop::Thrown)) {
            let path = path(&(*harvest).frames);
            (*local()).objects.thrown_at = Some(path);
        }
        gathered
    }
}

/// # Safety
/// As for [`gather`].
unsafe fn gather_all(harvest: *mut Harvest, value: *const Slot) -> Result<(), Stop> {
    // SAFETY: the caller's word. References to the harvest end before user code runs.
    unsafe {
        (*harvest).walked.begin();
        (*harvest).frames.clear();
        (*harvest).runs += 1;
        if (*harvest).runs > MOST_RUNS {
            let reason = "it becomes another one each time its objects' methods are called".into();
            return Err(Stop::Unstorable(Unstorable { path: String::new(), reason }));
        }
        visit(harvest, *value, false)?;
        while let Some(frame) = (*harvest).frames.last_mut() {
            if let Walk::Done { late } = frame.walk {
                let found = frame.found;
                (*harvest).frames.pop();
                if let Some(action) = late {
                    (*harvest).late.push(Call { action, found });
                }
                continue;
            }
            match next_part(frame) {
                Some(slot) => {
                    let nested = frame.nested;
                    visit(harvest, slot, nested)?;
                }
                None => {
                    (*harvest).frames.pop();
                }
            }
        }
        (*harvest).number_calls();
    }
    Ok(())
}

/// The next part that has to be looked at: no hole, no scalar, no string.
///
/// # Safety
/// The walk's subject lives, and has as many parts as its frame says.
unsafe fn next_part(frame: &mut Frame) -> Option<Slot> {
    while frame.at < frame.end {
        let at = frame.at as usize;
        frame.at += 1;
        // SAFETY: the caller's word.
        let slot = unsafe { part(frame.walk, at) };
        if slot.kind() > c::IS_STRING {
            return Some(slot);
        }
    }
    None
}

/// One part of what is walked over; undefined where there is nothing to be stored.
///
/// # Safety
/// As for [`next_part`].
#[inline(always)]
pub(super) unsafe fn part(walk: Walk, at: usize) -> Slot {
    // SAFETY: the caller's word.
    unsafe {
        match walk {
            Walk::Array(array) if (*array).is_packed() => (*array).slots()[at],
            Walk::Array(array) => *(*array).buckets()[at].slot.direct(),
            Walk::Table(table) => {
                let slot = (*table).buckets()[at].slot;
                if slot.kind() == c::IS_INDIRECT { undefined() } else { slot }
            }
            Walk::Slots(object) => (*object).slots(at as u32 + 1)[at],
            Walk::Done { .. } => undefined(),
        }
    }
}

/// Steps into a part.
///
/// # Safety
/// As for [`gather`].
unsafe fn visit(harvest: *mut Harvest, slot: Slot, nested: bool) -> Result<(), Stop> {
    let (mut slot, mut nested) = (slot, nested);
    // SAFETY: live values; the harvest is not used elsewhere meanwhile.
    unsafe {
        if slot.kind() == c::IS_REFERENCE {
            if slot.reference().gc.refcount > 1 && !first_time(harvest, &slot) {
                return Ok(());
            }
            nested &= slot.reference().gc.refcount == 1;
            slot = slot.reference().slot;
        }
        match slot.kind() {
            c::IS_ARRAY => {
                let array = slot.array();
                if slot.is_counted() && array.count > 0 && is_walked_now(harvest, &slot, nested) {
                    (*harvest).keep(slot);
                    push(harvest, Walk::Array(array), array.used, Names::Keys, Harvest::NONE);
                    if let Some(frame) = (*harvest).frames.last_mut() {
                        frame.guarded = nested;
                    }
                }
                Ok(())
            }
            c::IS_OBJECT => object(harvest, slot),
            kind if kind <= c::IS_STRING => Ok(()),
            _ => refuse(harvest, crate::encode::reason(&slot)),
        }
    }
}

/// Whether an array is walked over here. One that several hold is looked through where it is met first.
///
/// # Safety
/// As for [`gather`], of a live array that is not empty.
unsafe fn is_walked_now(harvest: *mut Harvest, slot: &Slot, nested: bool) -> bool {
    let (array, address) = (slot.array(), slot.value as usize);
    // SAFETY: the caller's word. By address: what is in the table is held.
    unsafe {
        if array.gc.refcount == 1 {
            return leads_on(array);
        }
        match (*harvest).walked.find(address, (address >> 3) as u64) {
            Some(leads) => leads != 0 && is_under_way(harvest, array, nested),
            None => {
                let leads = leads_on(array);
                (*harvest).walked.see(address, (address >> 3) as u64, u32::from(leads));
                if !leads {
                    (*harvest).keep(*slot);
                }
                leads
            }
        }
    }
}

/// # Safety
/// A live array that is not empty.
unsafe fn leads_on(array: &Array) -> bool {
    let leads_on = |slot: &Slot| slot.direct().kind() > c::IS_STRING;
    if array.is_packed() {
        array.slots().iter().any(leads_on)
    } else {
        array.buckets().iter().any(|bucket| leads_on(&bucket.slot))
    }
}

unsafe fn first_time(harvest: *mut Harvest, slot: &Slot) -> bool {
    let address = slot.value as usize;
    // SAFETY: by address; what is walked over is held.
    unsafe { (*harvest).walked.see(address, (address >> 3) as u64, 0) }.is_none()
}

/// An array that holds itself, by way of an object, is walked over again within itself, as `serialize()` does; but before
/// PHP 8.4 not where it writes null instead. That ends, since objects are visited once: one that holds itself by way of references
/// only is not walked over again.
unsafe fn is_under_way(harvest: *mut Harvest, array: *const Array, nested: bool) -> bool {
    const NEAR: usize = 1024;
    let is_same = |frame: &&Frame| matches!(frame.walk, Walk::Array(other) if std::ptr::eq(other, array));
    // SAFETY: the caller's harvest.
    let frames = unsafe { &(*harvest).frames };
    let near = || frames.iter().rev().take(NEAR);
    let Some(distance) = near().position(|frame| is_same(&frame)) else { return false };
    let through_object = near().take(distance).any(|frame| !matches!(frame.walk, Walk::Array(_)));
    through_object && (cfg!(php84) || !nested || !near().filter(is_same).any(|frame| frame.guarded))
}

pub(super) unsafe fn push(harvest: *mut Harvest, walk: Walk, end: u32, names: Names, found: u32) {
    // SAFETY: the caller's harvest.
    unsafe { (*harvest).frames.push(Frame { walk, at: 0, end, names, found, nested: true, guarded: false }) };
}

fn refuse(harvest: *mut Harvest, reason: String) -> Result<(), Stop> {
    // SAFETY: the caller's harvest.
    let path = unsafe { path(&(*harvest).frames) };
    Err(Stop::Unstorable(Unstorable { path, reason }))
}

/// # Safety
/// As for [`gather`], of a live object.
unsafe fn object(harvest: *mut Harvest, slot: Slot) -> Result<(), Stop> {
    // SAFETY: live values; no reference to the harvest is kept while user code runs.
    unsafe {
        if !first_time(harvest, &slot) {
            return Ok(());
        }
        (*harvest).keep(slot);
        let object: *const Object = slot.object();
        let facts = with_classes(|classes| classes.of_object(object.cast()));
        if facts.has(Facts::ENUM) {
            return Ok(());
        }
        if facts.has(Facts::REFUSED) {
            return refuse(harvest, facts.refusal());
        }
        if !facts.has(Facts::GATHERED) && !is_lazy(object) {
            push_properties(harvest, object, &facts);
            return Ok(());
        }
        // Asked in an earlier walk: only its parts may be new.
        if let Some(found) = (*harvest).find(object).copied() {
            return walk_again(harvest, found, &facts);
        }
        let number = (*harvest).found.len() as u32;
        let unknown = Found {
            outcome: Outcome::Slots,
            source: object,
            argument: undefined(),
            first_chosen: 0,
            end_chosen: 0,
            table: std::ptr::null(),
            call: Harvest::NONE,
            wakeup: Harvest::NONE,
        };
        (*harvest).found.push(unknown);
        let address = object.addr();
        (*harvest).by_object.see(address, (address >> 3) as u64, number);
        if facts.has(Facts::SERIALIZE) {
            serialize(harvest, object, number, &facts)
        } else if facts.has(Facts::TEXT) {
            text(harvest, object, number)
        } else if facts.has(Facts::SLEEP) {
            sleep::ask(harvest, object, number, &facts)
        } else {
            properties(harvest, object, number, &facts)
        }
    }
}

unsafe fn walk_again(harvest: *mut Harvest, found: Found, facts: &Facts) -> Result<(), Stop> {
    // SAFETY: the caller's harvest, which holds what was found.
    unsafe {
        match found.outcome {
            Outcome::Null => {}
            Outcome::Data => return visit(harvest, found.argument, false),
            Outcome::Slots | Outcome::Chosen => {
                push_properties(harvest, found.source, facts);
                return visit(harvest, found.argument, false);
            }
        }
    }
    Ok(())
}

unsafe fn push_properties(harvest: *mut Harvest, object: *const Object, facts: &Facts) {
    // SAFETY: a live object of that class; the frames are taken from the end.
    unsafe {
        if let Some(table) = (*object).table().filter(|table| table.count > 0) {
            let slot = Slot { value: std::ptr::from_ref(table).addr() as u64, info: c::IS_ARRAY_EX, next: 0 };
            (*harvest).keep(slot);
            push(harvest, Walk::Table(table), table.used, Names::Properties, Harvest::NONE);
        }
        push(harvest, Walk::Slots(object), facts.slots, Names::Properties, Harvest::NONE);
        if let Some(frame) = (*harvest).frames.last_mut() {
            frame.nested = (*object).table().is_some();
        }
    }
}

/// Whether properties may not be what they seem (PHP 8.4).
#[inline(always)]
pub(crate) fn is_lazy(object: *const Object) -> bool {
    #[cfg(php84)]
    // SAFETY: a live object.
    return unsafe { (*object).extra } & (c::IS_OBJ_LAZY_UNINITIALIZED | c::IS_OBJ_LAZY_PROXY) != 0;
    #[cfg(not(php84))]
    {
        let _ = object;
        false
    }
}

/// The instance of a proxy that has one (PHP 8.4); of one that is an initialised proxy itself, that one's. It may have been made lazy
/// again: nothing is initialised here, and no user code runs.
///
/// # Safety
/// A live object.
pub(crate) unsafe fn behind_proxy(object: *const Object) -> Option<*mut zend_object> {
    // SAFETY: the caller's word. The instance is what the garbage collector is shown of an initialised proxy, and nothing else. (The
    // engine's function that gives an instance initialises it.) What it is shown is read before anybody else asks.
    #[cfg(php84)]
    unsafe {
        let (mut at, mut found) = (object, None);
        while (*at).extra & c::IS_OBJ_LAZY_UNINITIALIZED == 0 && is_lazy(at) {
            let (mut shown, mut count) = (std::ptr::null_mut(), 0);
            engine::zend_std_get_gc(at.cast_mut().cast(), &raw mut shown, &raw mut count);
            let Some(instance) = shown.cast::<Slot>().as_ref().filter(|_| count == 1) else { break };
            at = instance.object();
            found = Some(at.cast_mut().cast());
        }
        found
    }
    #[cfg(not(php84))]
    {
        let _ = object;
        None
    }
}

/// Notes that an object is stored by an argument, and walks over that.
pub(super) unsafe fn take_argument(
    harvest: *mut Harvest,
    number: u32,
    argument: Slot,
    action: Action,
    late: Option<Action>,
    names: Names,
) {
    // SAFETY: the caller's harvest; the argument is the caller's, and now the harvest's.
    unsafe {
        (*harvest).adopt(argument);
        (*harvest).found_mut(number).argument = argument;
        if late != Some(action) {
            (*harvest).early.push(Call { action, found: number });
        }
        push(harvest, Walk::Done { late }, 0, Names::Keys, number);
        if argument.kind() == c::IS_ARRAY && argument.array().count > 0 {
            push(harvest, Walk::Array(argument.array()), argument.array().used, names, Harvest::NONE);
            if let Some(frame) = (*harvest).frames.last_mut() {
                frame.nested = false;
            }
        }
    }
}

/// Calls a method without arguments. `Err` if it threw.
pub(super) unsafe fn call(object: *const Object, method: *mut zend_function) -> Result<Slot, Stop> {
    let mut result = undefined();
    // SAFETY: a live, held object and a method of its class.
    unsafe {
        let object = object.cast_mut().cast::<zend_object>();
        let (result_at, none) = (zval_of(&mut result), std::ptr::null_mut());
        engine::zend_call_known_function(
            method,
            object,
            (*object).ce,
            result_at,
            0,
            none,
            std::ptr::null_mut(),
        );
        if exception_pending() {
            engine::zval_ptr_dtor(zval_of(&mut result));
            return Err(if refusing::threw_itself(method) { Stop::Refused } else { Stop::Thrown });
        }
    }
    Ok(result)
}

unsafe fn serialize(
    harvest: *mut Harvest,
    object: *const Object,
    number: u32,
    facts: &Facts,
) -> Result<(), Stop> {
    // SAFETY: the class has the method; see `gather` for the rest.
    unsafe {
        let known = if facts.has(Facts::DATE) { dates::data(harvest, object, facts)? } else { None };
        let mut data = match known {
            Some(data) => data,
            None => call(object, (*facts.class).__serialize)?,
        };
        if data.kind() != c::IS_ARRAY {
            engine::zval_ptr_dtor(zval_of(&mut data));
            let name = (&raw const (*(*facts.class).name).val).cast::<c_char>();
            engine::zend_type_error(c"%s::__serialize() must return an array".as_ptr(), name);
            return Err(Stop::Thrown);
        }
        (*harvest).found_mut(number).outcome = Outcome::Data;
        let moment = if facts.has(Facts::DATE) { dates::with_moment(object, data) } else { None };
        let (action, late) = if let Some(with_moment) = moment {
            data = with_moment;
            (Action::Moment, Some(Action::Moment))
        } else if facts.has(Facts::DATE) {
            (Action::Date, Some(Action::Date))
        } else if facts.has(Facts::UNSERIALIZE) {
            (Action::Unserialize, Some(Action::Unserialize))
        } else {
            (Action::Properties, facts.has(Facts::WAKEUP).then_some(Action::Wakeup))
        };
        take_argument(harvest, number, data, action, late, Names::Method);
    }
    Ok(())
}

unsafe fn text(harvest: *mut Harvest, object: *const Object, number: u32) -> Result<(), Stop> {
    // SAFETY: the class implements Serializable with methods of user code; see `gather` for the rest.
    unsafe {
        let Some(method) = method(&*(*object.cast::<zend_object>()).ce, "serialize") else { return Ok(()) };
        let mut text = call(object, method)?;
        match text.kind() {
            c::IS_STRING => {
                (*harvest).found_mut(number).outcome = Outcome::Data;
                take_argument(harvest, number, text, Action::Text, None, Names::Keys);
            }
            c::IS_NULL => (*harvest).found_mut(number).outcome = Outcome::Null,
            _ => {
                engine::zval_ptr_dtor(zval_of(&mut text));
                let name = (&raw const (*(*(*object.cast::<zend_object>()).ce).name).val).cast::<c_char>();
                let format = c"%s::serialize() must return a string or NULL".as_ptr();
                crate::engine::zend_throw_exception_ex(std::ptr::null_mut(), 0, format, name);
                return Err(Stop::Thrown);
            }
        }
    }
    Ok(())
}

/// Objects without a method that says what to store.
unsafe fn properties(
    harvest: *mut Harvest,
    object: *const Object,
    number: u32,
    facts: &Facts,
) -> Result<(), Stop> {
    // SAFETY: see `gather`.
    unsafe {
        if facts.has(Facts::HEAP | Facts::QUEUE) && heap::is_changing(object) {
            return refuse(harvest, "it is a heap that is being changed at this moment".into());
        }
        let instance = initialised(object)?;
        let source = hold_source(harvest, object, number, instance, facts);
        if facts.has(Facts::UNSERIALIZE) {
            let data = named_properties(instance);
            (*harvest).found_mut(number).outcome = Outcome::Data;
            let action = Action::Unserialize;
            take_argument(harvest, number, data, action, Some(action), Names::Properties);
            return Ok(());
        }
        let late = facts.has(Facts::WAKEUP).then_some(Action::Wakeup);
        push(harvest, Walk::Done { late }, 0, Names::Keys, number);
        if facts.has(Facts::HEAP | Facts::QUEUE) {
            let is_queue = facts.has(Facts::QUEUE);
            let elements = heap::contents(object, is_queue)?;
            let (action, names) =
                if is_queue { (Action::Queue, Names::Queue) } else { (Action::Heap, Names::Heap) };
            take_argument(harvest, number, elements, action, None, names);
        }
        push_properties(harvest, source, facts);
    }
    Ok(())
}

/// Notes where the properties of an object are, in the slots of its class, and returns that. A proxy may be given another instance
/// meanwhile.
pub(super) unsafe fn hold_source(
    harvest: *mut Harvest,
    object: *const Object,
    number: u32,
    instance: *const Object,
    facts: &Facts,
) -> *const Object {
    // SAFETY: the caller's harvest; a live object of that class, and the instance behind it.
    unsafe {
        let source = if std::ptr::eq(instance, object) {
            object
        } else {
            (*harvest).keep(engine::object_slot(instance.cast()));
            in_own_slots(harvest, object, instance, facts)
        };
        (*harvest).found_mut(number).source = source;
        source
    }
}

/// A proxy's instance, or what stands in for one of another class.
#[cfg(php84)]
unsafe fn in_own_slots(
    harvest: *mut Harvest,
    object: *const Object,
    instance: *const Object,
    facts: &Facts,
) -> *const Object {
    // SAFETY: as for `hold_source`; the instance is held.
    unsafe {
        if (*instance).class == (*object).class {
            return instance;
        }
        let stand_in = proxy::stand_in(instance, facts);
        (*harvest).adopt(engine::object_slot(stand_in.cast()));
        stand_in
    }
}

#[cfg(not(php84))]
unsafe fn in_own_slots(
    _: *mut Harvest,
    _: *const Object,
    instance: *const Object,
    _: &Facts,
) -> *const Object {
    instance
}

/// Where the properties of an object are; lazy ones are initialised, as `serialize()` does.
pub(super) unsafe fn initialised(object: *const Object) -> Result<*const Object, Stop> {
    #[cfg(php84)]
    if is_lazy(object) {
        // SAFETY: a live, held object. The table is the engine's answer whether this one is to be initialised.
        unsafe {
            let mut slot = engine::object_slot(object.cast());
            let table = engine::zend_get_properties_for(zval_of(&mut slot), engine::FOR_SERIALIZE);
            if !table.is_null() {
                let mut table = engine::table_slot(table);
                engine::zval_ptr_dtor(zval_of(&mut table));
            }
            if exception_pending() {
                return Err(Stop::Thrown);
            }
            if let Some(instance) = behind_proxy(object) {
                return Ok(instance.cast_const().cast());
            }
        }
    }
    Ok(object)
}

/// All properties with their full names, as an array.
unsafe fn named_properties(object: *const Object) -> Slot {
    // SAFETY: a live object; what is added is held by the new array.
    unsafe {
        // A proxy's instance may be of another class than the proxy, and its properties have the names that they have there.
        let facts = with_classes(|classes| classes.of_object(object.cast()));
        let table = engine::_zend_new_array(facts.slots);
        for number in 0..facts.slots as usize {
            // In the engine's order, which is not that of the slots where hooks have moved properties.
            let property = (*(*facts.class).properties_info_table.add(number)).as_ref();
            let Some((property, slot)) = property.and_then(|property| Some((property, slot_of(property)?)))
            else {
                continue;
            };
            let mut value = *plain(&(*object).slots(facts.slots)[slot as usize]);
            if value.kind() != c::IS_UNDEF {
                engine::hold(&value);
                engine::zend_hash_update(table, property.name, zval_of(&mut value));
            }
        }
        for bucket in dynamic(object) {
            let mut value = *plain(&bucket.slot);
            engine::hold(&value);
            engine::zend_hash_update(table, bucket.key as *mut zend_string, zval_of(&mut value));
        }
        symbol_table(table)
    }
}

/// An array value of a table whose keys are names: decimal ones become ints.
unsafe fn symbol_table(table: *mut HashTable) -> Slot {
    // SAFETY: the caller's own table.
    unsafe {
        let symbols = engine::zend_proptable_to_symtable(table, true);
        engine::zend_array_destroy(table);
        Slot { value: symbols.addr() as u64, info: c::IS_ARRAY_EX, next: 0 }
    }
}

/// Without a reference that nobody else holds.
pub(super) unsafe fn plain(slot: &Slot) -> &Slot {
    if slot.kind() == c::IS_REFERENCE && slot.reference().gc.refcount == 1 {
        return &slot.reference().slot;
    }
    slot
}

unsafe fn dynamic<'a>(object: *const Object) -> impl Iterator<Item = &'a Bucket> {
    // SAFETY: a live object.
    let table = unsafe { (*object).table() }.filter(|table| table.count > 0);
    let buckets = table.map_or(&[][..], |table| table.buckets());
    buckets.iter().filter(|bucket| !matches!(bucket.slot.kind(), c::IS_UNDEF | c::IS_INDIRECT))
}

/// Where the walk is, in PHP's syntax.
unsafe fn path(frames: &[Frame]) -> String {
    let mut path = String::new();
    for frame in frames {
        let at = frame.at.saturating_sub(1) as usize;
        // SAFETY: what is walked over is held; the part was just met.
        unsafe {
            if frame.names == Names::Method {
                path.push_str("->__serialize()");
            }
            match frame.walk {
                // Properties are still to come.
                _ if frame.at == 0 => {}
                Walk::Done { .. } => {}
                Walk::Array(array) => {
                    let bucket = (!(*array).is_packed()).then(|| &(*array).buckets()[at]);
                    let element = || at.saturating_sub(heap::FIRST);
                    path.push_str(&match frame.names {
                        Names::Properties => {
                            crate::encode::path_of_property(bucket.and_then(|bucket| bucket.text()))
                        }
                        Names::Heap => format!("[{}]", element()),
                        Names::Queue => {
                            let part = if element() % 2 == 0 { "data" } else { "priority" };
                            format!("[{}]['{part}']", element() / 2)
                        }
                        Names::Keys | Names::Method => crate::encode::path_of_key(at, bucket),
                    });
                }
                Walk::Table(table) => {
                    path.push_str(&crate::encode::path_of_property((*table).buckets()[at].text()));
                }
                Walk::Slots(object) => {
                    let facts = with_classes(|classes| classes.of_object(object.cast()));
                    let name = facts.property(at as u32).map(|property| super::class::text(property.name));
                    path.push_str(&crate::encode::path_of_property(name));
                }
            }
        }
    }
    crate::encode::shortened(path)
}
