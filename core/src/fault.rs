//! Named steps at which tests stop or kill a writer. Without the feature `fault-injection` they are nothing.

/// Marks a step. The name must be one of [`STEPS`], [`SEED_STEPS`] or [`WAITS`].
macro_rules! step {
    ($name:literal) => {
        #[cfg(feature = "fault-injection")]
        $crate::fault::reached($name);
    };
}
pub(crate) use step;

/// The same where the name comes from elsewhere.
#[inline]
#[cfg(not(loom))]
pub(crate) fn at(_name: &'static str) {
    #[cfg(feature = "fault-injection")]
    active::reached(_name);
}

#[cfg(feature = "fault-injection")]
pub use active::*;

#[cfg(feature = "fault-injection")]
mod active {
    use std::cell::{Cell, RefCell};

    /// Every step, by what it is part of. A test fails when one of them is never reached.
    pub const STEPS: &[&str] = &[
        "lock: taken",
        "lock: owner died",
        "lock: marked dirty",
        "unlock: about to",
        "slot: taken",
        "slot: formatted",
        "slot: owner is gone",
        "slot: cleaning up",
        "allocate: list unlinked",
        "allocate: tail written",
        "allocate: split",
        "allocate: done",
        "lines: second written",
        "lines: cut",
        "lines: done",
        "store: allocated",
        "store: marked",
        "store: queued",
        "store: head written",
        "store: filled",
        "store: reused",
        "publish: live",
        "publish: superseded",
        "publish: linked",
        "publish: advanced",
        "publish: counted",
        "publish: settled",
        "keep: one given up",
        "keep: slot marked",
        "keep: stamped",
        "keep: kept",
        "flush: one retired",
        "left: one retired",
        "inline: changed",
        "retire: stamped",
        "retire: state",
        "retire: counted",
        "retire: pushed",
        "delete: superseded",
        "delete: unlinked",
        "delete: retired",
        "clear: locked",
        "clear: superseded",
        "clear: page emptied",
        "clear: one retired",
        "clear: counted",
        "look: begun",
        "reclaim: stack taken",
        "reclaim: one freed",
        "reclaim: one stays",
        "reclaim: listed",
        "free: neighbour unlinked",
        "free: merged",
        "free: next told",
        "free: done",
        "touch: changed",
        "touch: filed",
        "expire: taken out",
        "expire: judged",
        "move: looked at",
        "move: block taken",
        "move: window listed",
        "move: copied",
        "move: queued",
        "move: retired",
        "move: block freed",
        "evict: taken from its queue",
        "evict: judged",
        "evict: superseded",
        "evict: unlinked",
        "evict: retired",
        "held: one compared",
        "reserve: linked",
        "reserve: counted",
        "release: superseded",
        "release: unlinked",
        "release: retired",
        "release: counted",
        "recover: locked",
        "recover: chains mended",
        "recover: lists reset",
        "recover: one block",
        "recover: walked",
        "recover: counted",
        "recover: restacked",
        "recover: one reservation ended",
        "recover: one lost retired",
        "recover: queued",
        "recover: repaired",
        "recover: clean",
    ];

    /// Steps that only wait: which scenario meets them is up to the scheduler.
    pub const WAITS: &[&str] =
        &["lock: waits", "lock: gives way", "reserve: waits", "drain: gives way", "move: gives way"];

    /// The steps of making a segment of a seed.
    pub const SEED_STEPS: &[&str] = &[
        "seed: locked",
        "seed: part of the name",
        "seed: claimed",
        "seed: half of the sizes",
        "seed: sizes",
        "seed: sealed",
        "seed: header",
        "seed: heap",
        "seed: published",
        "seed: about to unlock",
    ];

    thread_local! {
        static PLAN: Cell<Option<(&'static str, usize)>> = const { Cell::new(None) };
        static SEEN: RefCell<Option<Vec<&'static str>>> = const { RefCell::new(None) };
        static ACT: Cell<fn()> = const { Cell::new(kill) };
    }

    fn kill() {
        // SAFETY: ends this process, as the test wants.
        unsafe { libc::raise(libc::SIGKILL) };
    }

    /// From now on this thread notes the steps it reaches.
    pub fn record() {
        SEEN.set(Some(Vec::new()));
    }

    /// The steps reached since [`record`], which ends.
    pub fn recorded() -> Vec<&'static str> {
        SEEN.take().unwrap_or_default()
    }

    /// This thread's process dies (SIGKILL) when it reaches `name` for the `occurrence`th time (from 0).
    pub fn kill_at(name: &'static str, occurrence: usize) {
        act_at(name, occurrence, kill);
    }

    /// The same with any action, such as stopping.
    pub fn act_at(name: &'static str, occurrence: usize, act: fn()) {
        ACT.set(act);
        PLAN.set(Some((name, occurrence)));
    }

    #[inline(never)]
    pub(crate) fn reached(name: &'static str) {
        SEEN.with_borrow_mut(|seen| {
            if let Some(seen) = seen {
                seen.push(name);
            }
        });
        match PLAN.get() {
            Some((planned, 0)) if planned == name => {
                PLAN.set(None);
                ACT.get()();
            }
            Some((planned, left)) if planned == name => PLAN.set(Some((planned, left - 1))),
            _ => {}
        }
    }
}
