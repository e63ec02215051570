//! The module's life, and what belongs to the process and to each thread.
//!
//! | module | what is in it |
//! |---|---|
//! | [`start`], [`order`] | start-up and shutdown of the module and of requests; which modules come before this one |
//! | [`mod@partition`] | the process's two segments, or why there are none |
//! | [`mod@local`] | what one thread has |
//! | [`fork`] | what a child takes over |
//! | [`relief`], [`stacks`] | giving memory back within a request, and which stack need not be searched for that |

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
