//! Where a walk is, for messages.

use super::harvest::Harvest;
use super::walk::{Names, Walk};
use super::{class, heap, with_classes};
use crate::encode::{path_of_key, path_of_member};
use crate::zend::constants as c;
use crate::zend::live::{Array, Bucket, Object};

/// Where the walk is, in PHP's syntax.
///
/// # Safety
/// What is walked over is held, and each frame's part was just met.
pub(super) unsafe fn path(harvest: &Harvest) -> String {
    let mut path = String::new();
    for frame in harvest.frames.iter() {
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
                    let number = || at.saturating_sub(heap::FIRST);
                    let element = element(Some(&*array), at);
                    path.push_str(&match frame.names {
                        Names::Heap => format!("[{}]", number()),
                        Names::Queue => {
                            let part = if number() % 2 == 0 { "data" } else { "priority" };
                            format!("[{}]['{part}']", number() / 2)
                        }
                        Names::Properties => element.as_ref().map_or_else(String::new, path_of_member),
                        Names::Keys | Names::Method => element.as_ref().map_or_else(String::new, path_of_key),
                    });
                }
                Walk::Table(object) => {
                    if let Some(element) = element((*object).table(), at) {
                        path.push_str(&path_of_member(&element));
                    }
                }
                Walk::Slots(object) => path.push_str(&path_of_slot(object, at as u32)),
                Walk::Chosen(number) => {
                    let (found, chosen) = harvest.chosen_of(number);
                    path.push_str(&match Harvest::dynamic(chosen[at]) {
                        Some(at) => path_of_member(&(*found.table).element(at)),
                        None => path_of_slot(found.source, chosen[at]),
                    });
                }
            }
        }
    }
    crate::encode::shortened(path)
}

/// # Safety
/// A live object that has the slot.
unsafe fn path_of_slot(object: *const Object, slot: u32) -> String {
    // SAFETY: the caller's word: it has a class of this request.
    unsafe {
        let facts = with_classes(|classes| classes.of_object(object.cast()));
        let name = facts.property(slot).map(|property| class::text(property.name));
        crate::encode::path_of_property(name)
    }
}

/// The part that was met, if it is still there: what has changed since may have a hole in its place, whose name is gone.
fn element(array: Option<&Array>, at: usize) -> Option<Bucket> {
    let array = array.filter(|array| at < array.extent() as usize)?;
    Some(array.element(at)).filter(|element| element.slot.kind() != c::IS_UNDEF)
}
