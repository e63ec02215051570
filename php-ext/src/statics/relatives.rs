//! What has to be there before the classes of stored state can be: their ancestors, interfaces and traits.
//!
//! A class that is loaded has these loaded, and the engine finds none that an autoloader is at work on: the class that it asks for while it
//! has been asked for that one cannot be declared, which ends the request. So entries name them.

use std::collections::BTreeSet;

use ext_php_rs::ffi::zend_class_entry;

use super::engine;
use crate::engine::{class_named, is_of_script};
use crate::objects::linking::is_unlinked;
use crate::payload::Template;
use crate::zend::constants as c;
use crate::zend::live::Text;

/// Behind the names there is how many bytes before the block they begin.
const DISTANCE: usize = size_of::<u64>();

/// The names of what scripts declare that these classes are derived from, without themselves, as an entry has them: in lower case, a NUL behind
/// each. Of one that OPcache has bound to a class that is not linked, those of that one are not among them.
///
/// # Safety
/// Classes of this request.
pub(super) unsafe fn of(classes: impl Iterator<Item = *const zend_class_entry>) -> Vec<u8> {
    let mut left: Vec<_> = classes.collect();
    let mut seen: BTreeSet<_> = left.iter().copied().collect();
    let mut names = Vec::new();
    while let Some(class) = left.pop() {
        // SAFETY: the caller's word: a linked class points at its parent, if it has one, and at its interfaces, where one that is not linked has
        // names; it names its traits, which are there.
        unsafe {
            if is_unlinked(&*class) {
                continue;
            }
            let number = (*class).num_interfaces as usize;
            let interfaces =
                (0..number).map(|at| (*(*class).__bindgen_anon_3.interfaces.add(at)).cast_const());
            let traits = (0..(*class).num_traits as usize)
                .map(|at| class_named((*(*(*class).trait_names.add(at)).lc_name.cast::<Text>()).bytes()));
            let parent = (*class).__bindgen_anon_1.parent.cast_const();
            for relative in interfaces.chain(traits).chain([parent]) {
                if relative.is_null() || !is_of_script(&*relative) || !seen.insert(relative) {
                    continue;
                }
                names.extend(engine::name_of(relative).iter().map(u8::to_ascii_lowercase));
                names.push(0);
                left.push(relative);
            }
        }
    }
    names
}

/// Ends what comes before a block with these names, so that its length is a multiple of `align`.
pub(super) fn append(names: &[u8], bytes: &mut Vec<u8>, align: usize) {
    let start = bytes.len();
    bytes.extend_from_slice(names);
    bytes.resize((bytes.len() + DISTANCE).next_multiple_of(align) - DISTANCE, 0);
    let distance = bytes.len() + DISTANCE - start;
    bytes.extend_from_slice(&(distance as u64).to_ne_bytes());
}

/// The names that an entry has before its template, which has classes.
///
/// # Safety
/// The template of a static's entry, pinned.
pub(super) unsafe fn before(template: &Template) -> impl Iterator<Item = &'static [u8]> {
    // SAFETY: the caller's word: `append` wrote this.
    let names = unsafe {
        let end = template.payload as *const u8;
        let distance = end.sub(DISTANCE).cast::<u64>().read() as usize;
        std::slice::from_raw_parts(end.sub(distance), distance - DISTANCE)
    };
    names.split(|byte| *byte == 0).filter(|name| !name.is_empty())
}

/// Whether a class of that name (lower case) is there, for those who look it up.
pub(super) fn is_there(name: &[u8]) -> bool {
    // SAFETY: a class of this request, or null.
    unsafe { class_named(name).as_ref() }.is_some_and(|class| class.ce_flags & c::ZEND_ACC_LINKED != 0)
}
