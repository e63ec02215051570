use super::{Dirty, Robust, Taken};
use crate::epoch::Reader;
use crate::sync::{AtomicU32, AtomicU64, Ordering};

/// A slot as its owners follow one another: who holds its life lock owns it.
pub trait Tenure {
    /// Let go by the kernel when the owner dies.
    type Life: Robust;

    /// The lock that says whether the owner lives.
    fn life(&self) -> &Self::Life;

    /// What the owner reads.
    fn reader(&self) -> &Reader;

    /// Changes with every owner.
    fn generation(&self) -> &AtomicU32;

    /// How many blocks the owner builds.
    fn building(&self) -> &AtomicU64;

    /// Not 0 while the owner keeps blocks.
    fn kept(&self) -> &AtomicU64;

    /// Whether the slot waits for a forked child.
    fn is_promised(&self) -> bool;

    /// Wakes everybody who sleeps until the generation changes. (At the owner's death the kernel wakes only one.)
    fn wake_watchers(&self);

    /// Tests stop or end a thread here.
    fn reached(&self, step: &'static str);
}

/// Clears what the last owner left: it is gone, in order or not. `life` held.
pub fn clean_up(slot: &impl Tenure, dirty: &Dirty) {
    slot.reader().reset();
    // SYNC POINT "slot's owner is gone": before the mark. A repair that runs at this moment finds the life lock busy, with
    // us, and would take the owner for alive and clear the mark, were it not for the new generation. A repair that saw the
    // old one began before the mark, and so does not clear it.
    slot.generation().fetch_add(1, Ordering::Release);
    if slot.kept().load(Ordering::Relaxed) != 0 || slot.building().load(Ordering::Relaxed) != 0 {
        // It died while storing, or with blocks in its keeping. The rebuild frees blocks whose owner is gone; only it
        // can do so without racing against another process that found out as well.
        dirty.mark();
        slot.reached("slot: cleaning up");
        // Last: whoever cleans up after us, if we die here, must see the same.
        slot.building().store(0, Ordering::Release);
        slot.kept().store(0, Ordering::Release);
    }
    // SYNC POINT "waiter watches": after the new generation, so that who is about to sleep is refused by the kernel.
    slot.wake_watchers();
}

/// Whether the owner of this generation still owns the slot. A dead one's slot is cleaned up.
pub fn lives(slot: &impl Tenure, generation: u32, dirty: &Dirty) -> bool {
    // SYNC POINT "slot's owner is gone".
    if slot.generation().load(Ordering::Acquire) != generation {
        return false;
    }
    match slot.life().try_lock() {
        Taken::Busy => true,
        taken => {
            bury(slot, taken, dirty);
            false
        }
    }
}

/// Frees the slot if its owner is dead.
pub fn reap(slot: &impl Tenure, dirty: &Dirty) {
    match slot.life().try_lock() {
        Taken::Busy => {}
        taken => bury(slot, taken, dirty),
    }
}

/// Cleans up after a dead owner and lets go of `life`, which was just taken. (A slot that nobody owns can be taken as
/// well.)
fn bury(slot: &impl Tenure, taken: Taken, dirty: &Dirty) {
    // In this order: looking at a promise may end it.
    if !slot.is_promised() && taken == Taken::OwnerDied {
        clean_up(slot, dirty);
    }
    // SAFETY: just taken by this thread.
    unsafe { slot.life().unlock() };
}
