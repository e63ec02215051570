//! The module's life, and what belongs to the process and to each thread.

mod fork;
mod local;
mod order;
mod partition;
pub(crate) mod relief;
pub(crate) mod stacks;
mod start;

pub(crate) use local::{BackendLocal, local};
pub(crate) use partition::{BackendState, config_of, install_pool, partition, refusal, state_without};

/// One of the two caches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Volatile = 0,
    Pinned = 1,
}

impl Backend {
    /// Both.
    pub(crate) const ALL: [Self; 2] = [Self::Volatile, Self::Pinned];

    /// For functions that are written once for both.
    pub(crate) const fn of(index: usize) -> Self {
        if index == 0 { Self::Volatile } else { Self::Pinned }
    }

    /// As in function names and messages.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Volatile => "volatile",
            Self::Pinned => "pinned",
        }
    }
}
