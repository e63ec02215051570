//! From the class records of a payload to classes of this request, once per payload and request.

use ext_php_rs::ffi::{zend_class_constant, zend_class_entry, zend_object, zend_string};

use super::class::Facts;
use super::linking::has_orphans;
use super::{engine, with_classes};
use crate::engine::{exception_pending, load_class, loaded_class};
use crate::module::local;
use crate::payload::{ClassImage, Fixup, ObjectImage, Pair, Template, UNIT};
use crate::zend::constants as c;
use crate::zend::live::{Counted, Slot};

/// As many as a byte can name.
const PLACES: usize = 256;

/// Classes that are remembered at most: those of payloads that others have displaced are among them.
const MOST_CLASSES: usize = 4096;

/// A class to make objects of.
#[derive(Clone, Copy)]
pub(crate) struct Resolved {
    pub(crate) class: *mut zend_class_entry,
    /// Declared properties.
    pub(crate) slots: u32,
    /// Objects come from the class's own function.
    pub(crate) creates: bool,
}

/// Why a value cannot be made.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unusable {
    /// A class is another one than before; so is the entry's use.
    Stale,
    /// A class is missing.
    Missing,
    /// A class is being loaded at this very moment, or an enum case evaluated, or a class is not what it is in other requests (see
    /// [`linking`](super::linking)): a miss, but for now only.
    NotYet,
    /// User code threw.
    Thrown,
}

#[derive(Clone, Copy)]
struct Place {
    /// The payload's address.
    payload: usize,
    first: u32,
}

const EMPTY: Place = Place { payload: 0, first: 0 };

/// What the payloads of this request were resolved to. A payload is pinned until the request ends, so its address stands
/// for it.
pub(super) struct Recipes {
    /// None before the thread's first payload, and all from then on: only those in use are emptied at a request's end.
    places: Vec<Place>,
    used: Vec<u8>,
    classes: Vec<Resolved>,
}

impl Recipes {
    pub(super) const fn new() -> Self {
        Recipes { places: Vec::new(), used: Vec::new(), classes: Vec::new() }
    }

    /// No address of a payload is left.
    pub(super) fn forget(&mut self) {
        for at in self.used.drain(..) {
            self.places[usize::from(at)] = EMPTY;
        }
        self.classes.clear();
    }

    #[inline(always)]
    fn find(&self, template: &Template) -> Option<*const Resolved> {
        let place = self.places.get(Self::at(template.payload))?;
        (place.payload == template.payload).then(|| self.classes[place.first as usize..].as_ptr())
    }

    fn add(&mut self, payload: usize, first: u32) {
        if self.places.is_empty() {
            self.places.resize(PLACES, EMPTY);
        }
        let at = Self::at(payload);
        let place = &mut self.places[at];
        if place.payload == 0 {
            self.used.push(at as u8);
        }
        *place = Place { payload, first };
    }

    #[inline(always)]
    fn at(payload: usize) -> usize {
        ((payload as u64 >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40) as usize % PLACES
    }
}

/// The classes of a template, in the order of its records. Good until user code runs.
///
/// # Safety
/// A template's payload, pinned. May run user code and leave by a jump: no Rust value of the caller's needs dropping.
#[inline(always)]
pub(crate) unsafe fn resolve(template: &Template) -> Result<*const Resolved, Unusable> {
    // SAFETY: this thread's own; no user code runs while the reference lives.
    if let Some(known) = unsafe { (*local()).objects.recipes.find(template) } {
        return Ok(known);
    }
    // SAFETY: the caller's word.
    unsafe { resolve_first(template, &|| true) }
}

/// [`resolve`] for whoever may have to wait between two classes, evaluated constants or enum cases: [`Unusable::NotYet`] where what has run for one
/// has left things so that nothing must for the next, as a fiber in the middle of a declaration.
///
/// # Safety
/// As for [`resolve`]; `may_run` runs no user code.
pub(crate) unsafe fn resolve_while(
    template: &Template,
    may_run: &dyn Fn() -> bool,
) -> Result<*const Resolved, Unusable> {
    // SAFETY: the caller's word. What has been found is found again.
    unsafe {
        let known = || (*local()).objects.recipes.find(template);
        known().map_or_else(|| resolve_first(template, may_run), Ok)
    }
}

/// The same for a payload of which nothing is known yet.
///
/// # Safety
/// As for [`resolve_while`].
#[cold]
#[inline(never)]
unsafe fn resolve_first(
    template: &Template,
    may_run: &dyn Fn() -> bool,
) -> Result<*const Resolved, Unusable> {
    // SAFETY: the caller's word.
    unsafe {
        match find_all(template, may_run) {
            // It is in this request only.
            Err(Unusable::Stale) if has_orphans(template) => Err(Unusable::NotYet),
            result => result,
        }
    }
}

/// Finds all that a template names, and notes it.
///
/// # Safety
/// As for [`resolve_while`].
unsafe fn find_all(template: &Template, may_run: &dyn Fn() -> bool) -> Result<*const Resolved, Unusable> {
    // SAFETY: the template's records and nodes lie in the payload, which is pinned. Nothing here needs dropping.
    unsafe {
        // Twice: user code may resolve others between two of ours, and ours are to lie side by side.
        for (number, image) in template.classes().iter().enumerate() {
            resolve_class(template, number as u32, image, may_run)?;
        }
        check_cases(template, may_run)?;
        let recipes = &mut (*local()).objects.recipes;
        if recipes.classes.len() >= MOST_CLASSES {
            recipes.forget();
        }
        let first = recipes.classes.len();
        for image in template.classes() {
            let class = loaded_class(image.name as *mut zend_string);
            if class.is_null() {
                return Err(Unusable::Stale);
            }
            let facts = with_classes(|classes| classes.of(class));
            recipes.classes.push(Resolved { class, slots: facts.slots, creates: facts.has(Facts::CREATE) });
        }
        let resolved = recipes.classes[first..].as_ptr();
        if !objects_fit(template, resolved) || !tables_fit(template, resolved) {
            recipes.classes.truncate(first);
            return Err(Unusable::Stale);
        }
        recipes.add(template.payload, first as u32);
        Ok(resolved)
    }
}

/// Finds a class, loading it if need be, and checks that it is the one that was stored.
///
/// # Safety
/// As for [`resolve_while`], and a class's record and number there.
unsafe fn resolve_class(
    template: &Template,
    number: u32,
    image: &ClassImage,
    may_run: &dyn Fn() -> bool,
) -> Result<(), Unusable> {
    // SAFETY: the image's name is a string image, which the engine takes as an interned string.
    unsafe {
        if loaded_class(image.name as *mut zend_string).is_null() && !may_run() {
            return Err(Unusable::NotYet);
        }
        let class = load_class(image.name as *mut zend_string);
        if exception_pending() {
            return Err(Unusable::Thrown);
        }
        if class.is_null() {
            return Err(if is_any_loading() { Unusable::NotYet } else { Unusable::Missing });
        }
        let facts = with_classes(|classes| classes.of(class));
        if facts.fingerprint != image.fingerprint || facts.has(Facts::REFUSED) {
            return Err(Unusable::Stale);
        }
        if (*class).ce_flags & c::ZEND_ACC_CONSTANTS_UPDATED == 0
            && !facts.has(Facts::ENUM)
            && (facts.has(Facts::CREATE) || takes_defaults(template, number))
        {
            if !may_run() {
                return Err(Unusable::NotYet);
            }
            if engine::zend_update_class_constants(class) != 0 {
                return Err(Unusable::Thrown);
            }
        }
    }
    Ok(())
}

/// Whether an object of the class has properties that are those of any new object.
///
/// # Safety
/// A template's payload, pinned.
unsafe fn takes_defaults(template: &Template, class: u32) -> bool {
    // SAFETY: the caller's template.
    let of_class = |image: *const ObjectImage| unsafe { ((*image).class == class, (*image).traits) };
    template.objects().map(of_class).any(|(its, traits)| its && traits & ObjectImage::DEFAULTS != 0)
}

/// Whether an autoloader is at work: it may have asked for a value of the class that it is loading.
unsafe fn is_any_loading() -> bool {
    // SAFETY: the executor's own table, or null.
    unsafe {
        let loading = (*ext_php_rs::ffi::ext_php_rs_executor_globals()).in_autoload;
        !loading.is_null() && (*loading).nNumOfElements > 0
    }
}

/// Evaluates the enum cases, so that nothing can go wrong when they are taken.
///
/// # Safety
/// As for [`resolve_while`]; its classes have been found.
unsafe fn check_cases(template: &Template, may_run: &dyn Fn() -> bool) -> Result<(), Unusable> {
    // SAFETY: the caller's template; its classes were found a moment ago.
    unsafe {
        for image in template.objects().filter(|image| (**image).traits & ObjectImage::ENUM != 0) {
            let record = &template.classes()[(*image).class as usize];
            let class = loaded_class(record.name as *mut zend_string);
            if class.is_null() {
                return Err(Unusable::Stale);
            }
            // The engine would take it for a constant that needs itself.
            let constant = case_constant(class, image);
            if constant.is_some_and(is_being_evaluated)
                || constant.is_some_and(|constant| !is_evaluated(constant)) && !may_run()
            {
                return Err(Unusable::NotYet);
            }
            if case(class, image).is_null() {
                return Err(if exception_pending() { Unusable::Thrown } else { Unusable::Stale });
            }
        }
    }
    Ok(())
}

/// Whether all objects in typed properties are of classes that have that type: they may have other parents by now. (What else a property
/// holds was of its type when it was stored, and the type is part of the fingerprint.)
///
/// # Safety
/// A template's payload, pinned, and its classes in their order.
unsafe fn objects_fit(template: &Template, classes: *const Resolved) -> bool {
    let nodes = template.nodes();
    // SAFETY: the caller's template: its nodes are images, each beginning with its counts; fixups name nodes, and slots that an image
    // has. Its classes are these.
    unsafe {
        let kind_of = |node: usize| (*(template.image(nodes[node]) as *const Counted)).info & c::GC_TYPE_MASK;
        let class_of = |node: usize| (*(template.image(nodes[node]) as *const ObjectImage)).class;
        let (mut last, mut held) = (None, None::<Vec<u32>>);
        template.fixups().iter().all(|fixup| {
            let holder = fixup.holder as usize;
            if fixup.kind() == Fixup::ARRAY || holder >= nodes.len() || kind_of(holder) != c::IS_OBJECT {
                return true;
            }
            let mut object = fixup.node();
            if fixup.kind() == Fixup::REFERENCE {
                // Behind a reference is what that holds.
                match held.get_or_insert_with(|| held_by_references(template))[object] {
                    NOTHING => return true,
                    behind => object = behind as usize,
                }
            }
            let slot = fixup.offset / (size_of::<Slot>() / UNIT) as u32;
            let this = (class_of(holder), slot, class_of(object));
            let class = |number: u32| (*classes.add(number as usize)).class;
            last.replace(this) == Some(this) || fits(class(this.0), slot, class(this.2))
        })
    }
}

/// Whether all objects with dynamic properties are of classes that allow for such: a class may be readonly by now.
///
/// # Safety
/// As for [`objects_fit`].
unsafe fn tables_fit(template: &Template, classes: *const Resolved) -> bool {
    // SAFETY: the caller's template: its pairs name nodes that are objects. Its classes are these.
    template.tables().iter().all(|&Pair(node, _)| unsafe {
        let image = template.image(template.nodes()[node as usize]) as *const ObjectImage;
        let class = (*classes.add((*image).class as usize)).class;
        (*class).ce_flags & c::ZEND_ACC_NO_DYNAMIC_PROPERTIES == 0
    })
}

const NOTHING: u32 = u32::MAX;

/// For each node the object that it holds, if it is a reference that holds one.
fn held_by_references(template: &Template) -> Vec<u32> {
    let mut held = vec![NOTHING; template.nodes().len()];
    for fixup in template.fixups().iter().filter(|fixup| fixup.kind() == Fixup::OBJECT) {
        // Of other holders nobody asks.
        if let Some(place) = held.get_mut(fixup.holder as usize) {
            *place = fixup.node() as u32;
        }
    }
    held
}

/// Whether objects of a class may be in a property of another's.
///
/// # Safety
/// Classes of this request.
unsafe fn fits(holder: *mut zend_class_entry, slot: u32, class: *mut zend_class_entry) -> bool {
    // SAFETY: classes of this request. The engine looks at no more of the object than its class.
    unsafe {
        let facts = with_classes(|classes| classes.of(holder));
        let Some(property) = (slot < facts.slots).then(|| facts.property(slot)).flatten() else {
            return true;
        };
        if property.type_.type_mask == 0 || property.type_.type_mask & (1 << c::IS_OBJECT) != 0 {
            return true;
        }
        let mut object: zend_object = std::mem::zeroed();
        object.ce = class;
        object.gc.refcount = 2;
        crate::engine::fits(property, engine::object_slot(&raw const object))
    }
}

/// The declaration of an enum case, if there is one.
///
/// # Safety
/// As for [`case`].
unsafe fn case_constant<'a>(
    class: *mut zend_class_entry,
    image: *const ObjectImage,
) -> Option<&'a zend_class_constant> {
    // SAFETY: the constants of a class are structures under their names, and live with it.
    unsafe {
        let name = (*ObjectImage::slots(image)).value as *mut zend_string;
        let found = engine::zend_hash_find(&raw const (*class).constants_table, name).cast::<Slot>();
        let constant = &*(found.as_ref()?.value as *const zend_class_constant);
        (value_of(constant).next & c::ZEND_CLASS_CONST_IS_CASE != 0).then_some(constant)
    }
}

/// Whether the engine is at work on a constant's value: what that needs may have been autoloaded.
fn is_being_evaluated(constant: &zend_class_constant) -> bool {
    /// `IS_CONSTANT_VISITED_MARK`, which is in no header.
    const VISITED: u32 = 0x80;
    let value = value_of(constant);
    value.kind() == c::IS_CONSTANT_AST && value.next & VISITED != 0
}

/// Whether it takes no code to have a constant's value.
fn is_evaluated(constant: &zend_class_constant) -> bool {
    value_of(constant).kind() != c::IS_CONSTANT_AST
}

/// A constant's value, with its flags beside.
fn value_of(constant: &zend_class_constant) -> &Slot {
    // SAFETY: the engine's layout of a value.
    unsafe { &*(&raw const constant.value).cast() }
}

/// The object of an enum case; null if there is none (or evaluating it threw). May run user code.
///
/// # Safety
/// A class of this request and a case's image.
unsafe fn case(class: *mut zend_class_entry, image: *const ObjectImage) -> *mut zend_object {
    // SAFETY: the caller's word; a case's value is its object once evaluated.
    unsafe {
        if case_constant(class, image).is_none() {
            return std::ptr::null_mut();
        }
        let name = (*ObjectImage::slots(image)).value as *mut zend_string;
        let value = engine::zend_get_class_constant_ex((*class).name, name, class, 0).cast::<Slot>();
        if value.is_null() || (*value).kind() != c::IS_OBJECT {
            return std::ptr::null_mut();
        }
        (*value).value as *mut zend_object
    }
}
