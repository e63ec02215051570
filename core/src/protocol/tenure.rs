//! Slots from one owner to the next: taking, leaving and cleaning them up.

use std::time::Duration;

use super::{Dirty, Promised, Robust, Stands, Taken};
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

    /// Who has the life lock as the owner, as [`Robust::holder`] names it: others have it to look whether the owner lives, or to clean up.
    fn owner(&self) -> &AtomicU32;

    /// How many blocks the owner builds.
    fn building(&self) -> &AtomicU64;

    /// Not 0 while the owner keeps blocks.
    fn kept(&self) -> &AtomicU64;

    /// Whether it waits for a forked child.
    fn promised(&self) -> &Promised;

    /// Whether the one of this name, who promised a slot, lives. Does not ask about promises itself.
    fn answers(&self, by: u64) -> bool;

    /// The time, in seconds.
    fn now(&self) -> u64;

    /// Wakes everybody who sleeps until the generation changes. (At the owner's death the kernel wakes only one.)
    fn wake_watchers(&self);

    /// Tests stop or end a thread here.
    fn reached(&self, step: &'static str);
}

/// Clears what the last owner left: it is gone, in order or not. `life` held.
pub fn clean_up(slot: &impl Tenure, dirty: &Dirty) {
    slot.reached("slot: owner is gone");
    slot.reader().reset();
    // SYNC POINT "slot's owner is gone": before the mark. A repair that runs at this moment finds the life lock busy, with
    // us, and would take the owner for alive and clear the mark, were it not for the new generation. A repair that saw the
    // old one began before the mark, and so does not clear it.
    slot.generation().fetch_add(1, Ordering::Release);
    if leaves_blocks(slot) {
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

/// Whether the last owner had blocks that are nobody's now. One that ended in order may have, too: it could not have a lock in time to
/// give them back. `life` held.
fn leaves_blocks(slot: &impl Tenure) -> bool {
    slot.kept().load(Ordering::Relaxed) != 0 || slot.building().load(Ordering::Relaxed) != 0
}

/// The calling thread, which has just taken `life`, is the slot's owner from now on. Before anything is named as that owner's.
pub fn move_in(slot: &impl Tenure) {
    // SYNC POINT "owner moves in": after the new generation, which `clean_up` has made.
    slot.owner().store(slot.life().holder().unwrap_or(0), Ordering::Release);
}

/// Whether the owner of this generation still owns the slot. A dead one's slot is cleaned up.
pub fn lives(slot: &impl Tenure, generation: u32, dirty: &Dirty) -> bool {
    // SYNC POINT "slot's owner is gone".
    let is_same = || slot.generation().load(Ordering::Acquire) == generation;
    if !is_same() {
        return false;
    }
    match slot.life().try_lock() {
        // In this order: SYNC POINT "owner moves in".
        Taken::Busy => is_owners(slot) && is_same(),
        taken => {
            bury(slot, taken, dirty);
            false
        }
    }
}

/// Whether the life lock, which is busy, is held by the owner. Anybody else has found the owner dead, or is about to: a living one holds it all
/// the time, except while it is promised, and then nothing is the child's yet.
fn is_owners(slot: &impl Tenure) -> bool {
    // Where the holder is not known, whoever asks again may find the lock free.
    slot.life().holder().is_none_or(|holder| holder == slot.owner().load(Ordering::Acquire))
}

/// Whether the slot waits for a forked child. Looking may break the promise. `life` held.
pub fn is_promised(slot: &impl Tenure) -> bool {
    match slot.promised().stands(slot.now(), |by| slot.answers(by)) {
        Stands::No => false,
        Stands::Yes => true,
        Stands::Broken => {
            slot.reader().reset();
            false
        }
    }
}

/// What became of a promised slot when the child asked for it.
#[must_use]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Adopted {
    /// The child is its owner.
    Ours,
    /// Somebody has its lock all the time. What it keeps stays kept until [`leave`].
    Kept,
    /// The child came too late: what the slot kept may be gone.
    Broken,
}

/// A forked child takes the slot over that its parent took as the owner of this generation; `child` names it.
pub fn adopt(slot: &impl Tenure, generation: u32, child: u64, limit: Duration, dirty: &Dirty) -> Adopted {
    let is_ours = || slot.generation().load(Ordering::Acquire) == generation;
    let taken = slot.life().lock(limit);
    if taken == Taken::Busy {
        return if slot.promised().take_over(child, is_ours) { Adopted::Kept } else { Adopted::Broken };
    }
    slot.reached("adopt: locked");
    if is_ours() && slot.promised().keep() {
        move_in(slot);
        return Adopted::Ours;
    }
    bury(slot, taken, dirty);
    Adopted::Broken
}

/// A child that could not have the slot's lock has given other pins to what it keeps.
pub fn leave(slot: &impl Tenure) {
    // In this order: while the promise stands nobody else uses the slot.
    slot.reader().reset();
    slot.promised().end();
}

/// The child that the slot was kept for is gone. False when somebody has the lock at this moment: to be done later.
pub fn break_promise(slot: &impl Tenure, generation: u32, dirty: &Dirty) -> bool {
    let is_ours = || slot.generation().load(Ordering::Acquire) == generation;
    if !is_ours() {
        return true;
    }
    let taken = slot.life().try_lock();
    if taken == Taken::Busy {
        return false;
    }
    if is_ours() && slot.promised().is_made() {
        slot.promised().end();
        clean_up(slot, dirty);
    }
    bury(slot, taken, dirty);
    true
}

/// Frees the slot if its owner is dead.
pub fn reap(slot: &impl Tenure, dirty: &Dirty) {
    match slot.life().try_lock() {
        Taken::Busy => {}
        taken => bury(slot, taken, dirty),
    }
}

/// Cleans up after a dead owner, or one that left something, and lets go of `life`, which was just taken. (A slot that nobody owns can be taken as
/// well.)
fn bury(slot: &impl Tenure, taken: Taken, dirty: &Dirty) {
    // In this order: looking at a promise may end it.
    if !is_promised(slot) && (taken == Taken::OwnerDied || leaves_blocks(slot)) {
        clean_up(slot, dirty);
    }
    // SAFETY: just taken by this thread.
    unsafe { slot.life().unlock() };
}
