//! Which arrays lead to references or objects: what holds neither can be no node of a template, nor is there anything above it.

use super::table::{ByAddress, Table};
use crate::zend::constants as c;
use crate::zend::live::{Array, Slot};

/// How many levels of arrays are looked through at once for what needs a vertex.
const LEVELS: u32 = 4;

/// What is known of one value's arrays that several hold: each of those is looked through once, however many hold it.
pub(super) struct Leads {
    known: Table<ByAddress>,
    /// Of which plan's value.
    serial: u64,
}

impl Leads {
    pub(super) fn new() -> Self {
        Leads { known: Table::new(), serial: 0 }
    }

    /// What follows is of the value of this plan: of another's, nothing is known of it.
    pub(super) fn begin(&mut self, serial: u64) {
        if self.serial != serial {
            self.serial = serial;
            self.known.begin();
        }
    }

    /// So that no address is left: before any further look, another plan begins.
    pub(super) fn wipe(&mut self) {
        self.known.wipe();
    }

    pub(super) fn trim(&mut self) {
        self.known.trim();
    }

    /// Whether there may be references or objects in an array that is not empty, at any depth. So it is where more levels follow than are
    /// looked through, hence in an array that holds itself.
    pub(super) fn leads_on(&mut self, array: &Array) -> bool {
        self.may_lead_on(array, LEVELS)
    }

    fn may_lead_on(&mut self, array: &Array, levels: u32) -> bool {
        if array.gc.refcount == 1 {
            return self.look_through(array, levels);
        }
        let address = std::ptr::from_ref(array).addr();
        if let Some(known) = self.known.find(address) {
            return known != 0;
        }
        let may = self.look_through(array, levels);
        self.known.see_address(address, u32::from(may));
        may
    }

    fn look_through(&mut self, array: &Array, levels: u32) -> bool {
        let mut is_lead = |slot: &Slot| {
            let slot = slot.direct();
            match slot.kind() {
                c::IS_REFERENCE | c::IS_OBJECT => true,
                // Immutable arrays hold nothing counted.
                c::IS_ARRAY if slot.is_counted() && slot.array().count > 0 => {
                    levels == 0 || self.may_lead_on(slot.array(), levels - 1)
                }
                _ => false,
            }
        };
        if array.is_packed() {
            array.slots().iter().any(is_lead)
        } else {
            array.buckets().iter().any(|bucket| is_lead(&bucket.slot))
        }
    }
}
