//! Whether the script has changed statics that wait for their state.
//!
//! Several that have waited for the same are restored one after the other, and code that the restore of one runs may assign to the statics of
//! the next. That is no reason not to restore these: it is replaced, as is what the code of their own restore assigns. So they are looked at
//! when they are due, before any of that code runs, and again only where other code may have run since: where a fiber has gone on instead of
//! another, or a jump has left a restore.

use super::{Dropped, Statics, Target, baseline};
use crate::module::stacks;

/// As long as it is the same, no code has gone on but that of restores that are under way: how often fibers have been switched.
pub(super) type Moment = u64;

/// `None` if nobody tells, or after a jump. One that somebody has caught is not forgotten in this request.
fn now() -> Option<Moment> {
    // SAFETY: this thread's own globals.
    let was_left = unsafe { (*ext_php_rs::ffi::ext_php_rs_compiler_globals()).unclean_shutdown };
    stacks::switches().filter(|_| !was_left)
}

impl Target {
    /// Whether it was as declared when it was due, and no code but that of restores has gone on since.
    fn is_known_untouched(&self) -> bool {
        self.untouched.is_some() && self.untouched == now()
    }
}

impl Statics {
    /// A target is due to be restored, after others perhaps whose code runs until then: looks whether it is as declared. May leave by a jump.
    pub(super) fn note_untouched(&mut self, number: u32) {
        let now = now();
        if now.is_some() && self.targets[number as usize].untouched != now {
            let untouched = now.filter(|_| !self.is_assigned(number));
            self.targets[number as usize].untouched = untouched;
        }
    }

    /// Whether somebody has changed a target's statics before its restore was due, or has taken its state away. May leave by a jump.
    pub(super) fn is_touched(&self, number: u32) -> bool {
        let target = &self.targets[number as usize];
        target.dropped != Dropped::No || !target.is_known_untouched() && self.is_assigned(number)
    }

    /// Whether a target is to be restored by a run that is under way, whatever the code of others there assigns to it. May leave by a jump.
    pub(super) fn has_its_turn_yet(&self, number: u32) -> bool {
        let target = &self.targets[number as usize];
        target.dropped == Dropped::No
            && target.is_known_untouched()
            && (self.waiting.contains(number) || self.awaiting.find(number as usize).is_some())
    }

    /// Whether a target's statics are not as declared, whoever has changed them, or its state was taken away. May leave by a jump.
    pub(super) fn is_assigned(&self, number: u32) -> bool {
        let target = &self.targets[number as usize];
        // SAFETY: members of a class of this request.
        target.dropped != Dropped::No || unsafe { baseline::is_any_assigned(self, target.members(), false) }
    }
}
