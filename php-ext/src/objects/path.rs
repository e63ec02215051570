//! Where a walk is, for messages.

use super::gather::{Frame, Names, Walk, table_len};
use super::{class, heap, with_classes};
use crate::zend::constants as c;

/// Where the walk is, in PHP's syntax.
///
/// # Safety
/// What is walked over is held, and each frame's part was just met.
pub(super) unsafe fn path(frames: &[Frame]) -> String {
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
                    let element = || at.saturating_sub(heap::FIRST);
                    path.push_str(&match frame.names {
                        Names::Properties => crate::encode::path_of_member(&(*array).element(at)),
                        Names::Heap => format!("[{}]", element()),
                        Names::Queue => {
                            let part = if element() % 2 == 0 { "data" } else { "priority" };
                            format!("[{}]['{part}']", element() / 2)
                        }
                        Names::Keys | Names::Method => crate::encode::path_of_key(&(*array).element(at)),
                    });
                }
                // Where the table has become another one, it may be a hole, whose name is gone.
                Walk::Table(object) => {
                    let table = (*object).table().filter(|_| at < table_len(object) as usize);
                    let element = table.map(|table| table.element(at));
                    if let Some(element) = element.filter(|element| element.slot.kind() != c::IS_UNDEF) {
                        path.push_str(&crate::encode::path_of_member(&element));
                    }
                }
                Walk::Slots(object) => {
                    let facts = with_classes(|classes| classes.of_object(object.cast()));
                    let name = facts.property(at as u32).map(|property| class::text(property.name));
                    path.push_str(&crate::encode::path_of_property(name));
                }
            }
        }
    }
    crate::encode::shortened(path)
}
