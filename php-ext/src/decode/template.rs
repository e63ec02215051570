//! Rebuilds the parts of a value that are objects, or tied together by PHP references; see the template format in
//! [`crate::payload`].
//!
//! All memory is the request's own. An allocation may end the request by jumping over these frames, and so may user code,
//! which runs before anything is built (autoloaders) and after all of it is (methods that finish objects, destructors of garbage). So nothing
//! here has a `Drop`, and nothing built is reachable for the engine before all of it is there. Objects that their classes make of a text
//! are the first to be made, since user code may run for them; they are whole, and hold nothing of the others.

use super::Unusable;
use crate::engine::{exception_pending, may_be_garbage};
use crate::module::local;
use crate::objects::resolve::{Resolved, resolve};
use crate::objects::{build, finish, native, prototype};
use crate::payload::*;
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Counted, Object, Reference, Slot, hash_entries};
use ext_php_rs::alloc::{efree, emalloc};
use ext_php_rs::ffi::zval;
use std::alloc::Layout;
use std::mem::MaybeUninit;
use std::ptr;

/// What was made of a node: the thing itself, and its first slot.
#[derive(Clone, Copy)]
struct Made {
    thing: u64,
    slots: u64,
}

/// What becomes of up to about so many nodes is noted on the stack.
const FEW: usize = 64;

/// # Safety
/// As for [`super::decode`], of a template's payload.
pub(super) unsafe fn rebuild(payload: usize, out: *mut zval) -> Result<(), Unusable> {
    // SAFETY: the caller's word.
    let template = unsafe { Template::at(payload) };
    let mut classes = if template.head.classes > 0 {
        // SAFETY: the caller's word.
        unsafe { resolve(&template)? }
    } else {
        ptr::null()
    };
    let head = &template.head;
    if head.nodes == 1 && head.fixups | head.calls | head.tables | head.typed == 0 {
        // One object that holds no other: the most frequent one.
        // SAFETY: as below; `out` is the caller's.
        unsafe {
            let made = make(template.image(template.nodes()[0]), classes);
            put(out.cast(), root(&raw const made));
        }
        return Ok(());
    }
    let nodes = template.nodes();
    let calls = template.calls();
    let mut few = MaybeUninit::<[Made; FEW]>::uninit();
    let bytes = (nodes.len() + 1) * size_of::<Made>() + size_of_val(calls);
    let is_few = bytes <= size_of_val(&few);
    let made: *mut Made = if is_few { few.as_mut_ptr().cast() } else { allocate(bytes).cast() };
    let has_natives = calls.iter().any(native::is_due);
    if has_natives {
        // SAFETY: room for each node; as for this function otherwise.
        let found = unsafe { read_natives(&template, made) };
        if found.is_err() && !is_few {
            // SAFETY: allocated above.
            unsafe { efree(made.cast()) };
        }
        classes = found?;
    }
    let prototypes = if calls.is_empty() { ptr::null_mut() } else { prototype::of(&template) };
    let is_any_made = has_natives || !prototypes.is_null();
    if !prototypes.is_null() {
        // SAFETY: a place for each call, and room for each node.
        unsafe {
            if !has_natives {
                forget(made, nodes.len());
            }
            clone_prototypes(&template, prototypes, made);
        }
    }
    for (number, &place) in nodes.iter().enumerate() {
        // SAFETY: where any is made before, all of this was written.
        if is_any_made && unsafe { (*made.add(number)).thing } != 0 {
            continue;
        }
        // SAFETY: the node table names images of this block; there is room for each. No user code has run since the
        // classes were resolved.
        unsafe { made.add(number).write(make(template.image(place), classes)) };
    }
    // From here on only few things allocate, and none that are not whole are reachable for the engine.
    // SAFETY: fixups name nodes of this block and slots that their images have; copies are laid out like their images, the
    // calls follow the last of them, their arguments being one more holder.
    unsafe {
        let own_calls = made.add(nodes.len() + 1).cast::<CallImage>();
        ptr::copy_nonoverlapping(calls.as_ptr(), own_calls, calls.len());
        if is_any_made {
            let is_done = |number: usize| !prototypes.is_null() && !(*prototypes.add(number)).is_null();
            for (number, call) in calls.iter().enumerate() {
                if is_done(number) || native::is_due(call) {
                    (*own_calls.add(number)).action = CallImage::DONE;
                }
            }
        }
        made.add(nodes.len()).write(Made { thing: 0, slots: own_calls.addr() as u64 });
        for fixup in template.fixups() {
            let slots = (*made.add(fixup.holder as usize)).slots;
            let slot = (slots + u64::from(fixup.offset) * UNIT as u64) as *mut Slot;
            (&raw mut (*slot).value).write((*made.add(fixup.node())).thing);
            (&raw mut (*slot).info).write(match fixup.kind() {
                Fixup::OBJECT => c::IS_OBJECT_EX,
                Fixup::ARRAY => c::IS_ARRAY_EX,
                _ => c::IS_REFERENCE_EX,
            });
        }
        if template.head.tables | template.head.typed != 0 {
            complete(&template, made, classes);
        }
        let root = root(made);
        let mut whole = true;
        if !calls.is_empty() {
            let object_of = |node: u32| (*made.add(node as usize)).thing as *mut Object;
            (*local()).objects.calling += 1;
            whole = finish::make_calls(own_calls, calls.len() as u32, object_of, prototypes);
            let objects = &mut (*local()).objects;
            objects.calling = objects.calling.saturating_sub(1);
        }
        if !is_few {
            efree(made.cast());
        }
        if !whole {
            let mut root = root;
            ext_php_rs::ffi::zval_ptr_dtor((&raw mut root).cast());
            return Err(if exception_pending() { Unusable::Thrown } else { Unusable::Stale });
        }
        put(out.cast(), root);
        may_be_garbage(root.value as *mut Counted);
    }
    Ok(())
}

/// # Safety
/// `out` is the call's own result.
#[inline(always)]
unsafe fn put(out: *mut Slot, root: Slot) {
    // SAFETY: the caller's word.
    unsafe {
        (&raw mut (*out).value).write(root.value);
        (&raw mut (*out).info).write(root.info);
    }
}

/// Marks all nodes as not made yet.
///
/// # Safety
/// Room for so many.
#[cold]
unsafe fn forget(made: *mut Made, nodes: usize) {
    for number in 0..nodes {
        // SAFETY: the caller's word.
        unsafe { made.add(number).write(Made { thing: 0, slots: 0 }) };
    }
}

/// Marks all nodes as not made yet, but those that their classes make of a text. Gives the template's classes, since code that has run
/// meanwhile may have had others resolved.
///
/// # Safety
/// As for [`rebuild`], and room for each node.
#[cold]
unsafe fn read_natives(template: &Template, made: *mut Made) -> Result<*const Resolved, Unusable> {
    // SAFETY: the caller's word. Until all are there, each has one holder, which is this.
    unsafe {
        forget(made, template.nodes().len());
        let natives = || template.calls().iter().filter(|call| native::is_due(call));
        let place = |call: &CallImage| made.add(call.node as usize);
        let mut found = Ok(ptr::null());
        for call in natives() {
            let object = native::read(template, call);
            if object.is_null() {
                found = Err(if exception_pending() { Unusable::Thrown } else { Unusable::Stale });
                break;
            }
            place(call).write(Made { thing: object.addr() as u64, slots: 0 });
        }
        if found.is_ok() {
            found = resolve(template);
        }
        for call in natives() {
            let object = (*place(call)).thing as *mut Object;
            if found.is_ok() {
                let image = template.image(template.nodes()[call.node as usize]) as *const ObjectImage;
                // Ours is one of them, and the call's is done.
                (*object).gc.refcount += (*image).gc.refcount - 2;
            } else if !object.is_null() {
                let mut slot = Slot::counted(object, c::IS_OBJECT_EX);
                ext_php_rs::ffi::zval_ptr_dtor((&raw mut slot).cast());
            }
        }
        found
    }
}

/// Clones the prototypes of nodes that have one; their calls are done.
///
/// # Safety
/// A prototype, or null, for each call of the template, and nodes that are marked as not made or made.
#[cold]
unsafe fn clone_prototypes(
    template: &Template,
    prototypes: *const *mut ext_php_rs::ffi::zend_object,
    made: *mut Made,
) {
    // SAFETY: the caller's word.
    unsafe {
        for (number, call) in template.calls().iter().enumerate() {
            let prototype = *prototypes.add(number);
            if !prototype.is_null() {
                let object = prototype::clone(prototype);
                let image = template.image(template.nodes()[call.node as usize]) as *const ObjectImage;
                // One holder less: the call.
                (*object).gc.refcount = (*image).gc.refcount - 1;
                let made = made.add(call.node as usize);
                made.write(Made { thing: object.addr() as u64, slots: build::slots(object).addr() as u64 });
            }
        }
    }
}

/// The value: the first node.
///
/// # Safety
/// Of a template's nodes the first has been made.
unsafe fn root(made: *const Made) -> Slot {
    // SAFETY: a template has at least one node.
    let value = unsafe { (*made).thing };
    // SAFETY: what was made begins with its counts.
    let kind = unsafe { (*(value as *const Counted)).info } & c::GC_TYPE_MASK;
    let info = match kind {
        c::IS_ARRAY => c::IS_ARRAY_EX,
        c::IS_OBJECT => c::IS_OBJECT_EX,
        _ => c::IS_REFERENCE_EX,
    };
    Slot { value, info, next: 0 }
}

/// Dynamic properties, and types of references.
///
/// # Safety
/// What was made of all nodes of the template, and its classes.
#[cold]
unsafe fn complete(template: &Template, made: *const Made, classes: *const Resolved) {
    // SAFETY: the pairs name nodes of this block: objects, and arrays or slots.
    unsafe {
        let object = |node: u32| {
            let image = template.image(template.nodes()[node as usize]) as *const ObjectImage;
            ((*made.add(node as usize)).thing as *mut Object, &*classes.add((*image).class as usize))
        };
        for &Pair(node, table) in template.tables() {
            let (object, class) = object(node);
            build::set_table(object, class, (*made.add(table as usize)).thing as *mut Array);
        }
        for &Pair(node, slot) in template.typed() {
            let (object, class) = object(node);
            build::set_type(object, class, slot);
        }
    }
}

/// Makes something of a node's image, in the request's memory. What it is to hold of other nodes is null until the fixups
/// run.
///
/// # Safety
/// `image` is a node's image, `classes` are its template's.
#[inline(always)]
unsafe fn make(image: usize, classes: *const Resolved) -> Made {
    // SAFETY: the image says which kind it is.
    unsafe {
        match (*(image as *const Counted)).info & c::GC_TYPE_MASK {
            c::IS_OBJECT => {
                let image = image as *const ObjectImage;
                let object = build::object(image, &*classes.add((*image).class as usize));
                Made { thing: object.addr() as u64, slots: build::slots(object).addr() as u64 }
            }
            c::IS_ARRAY => array(image as *const Array),
            _ => {
                let to = allocate(size_of::<Reference>()).cast::<Reference>();
                ptr::copy_nonoverlapping(image as *const Reference, to, 1);
                Made { thing: to.addr() as u64, slots: (&raw const (*to).slot).addr() as u64 }
            }
        }
    }
}

/// # Safety
/// An array's image.
unsafe fn array(image: *const Array) -> Made {
    // SAFETY: hash part and elements lie side by side.
    unsafe {
        let array = &*image;
        let chains = hash_entries(array.mask) * size_of::<u32>();
        let element = if array.is_packed() { size_of::<Slot>() } else { size_of::<Bucket>() };
        let to = allocate(size_of::<Array>()).cast::<Array>();
        // The engine appends up to the table size without asking.
        let data = allocate(chains + array.size as usize * element);
        ptr::copy_nonoverlapping(
            (array.data as *const u8).sub(chains),
            data,
            chains + array.used as usize * element,
        );
        let slots = data.add(chains).addr() as u64;
        to.write(Array { data: slots, ..*array });
        Made { thing: to.addr() as u64, slots }
    }
}

/// Memory of the request. Does not come back if there is none.
#[inline(always)]
fn allocate(bytes: usize) -> *mut u8 {
    let layout = Layout::from_size_align(bytes, UNIT).expect("no more than a payload has");
    emalloc(layout)
}
