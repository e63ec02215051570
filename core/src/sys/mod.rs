//! The operating system: shared memory files, mappings, robust locks, futexes, clocks.

pub(crate) mod clock;
pub(crate) mod fork;
pub(crate) mod futex;
pub(crate) mod map;
pub(crate) mod memfd;
pub(crate) mod robust;
