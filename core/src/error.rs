//! What can go wrong, with the figures a caller needs for a message of its own.

use std::fmt;

/// Why an operation on a segment failed. Nothing was changed, unless the variant says otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// No free block is large enough (and, in a segment that evicts, none could be made).
    NoMemory {
        /// Bytes asked for, key and bookkeeping included.
        needed: u64,
        /// Bytes free in all.
        free: u64,
        /// Size in bytes of the largest free block.
        largest: u64,
    },
    /// Another session holds the reservation of the key.
    Reserved {
        /// How long this call waited, in milliseconds.
        waited_ms: u64,
    },
    /// Reservations take as much of the memory as they may, so that there is some for values.
    TooManyReservations {
        /// Bytes that they take.
        bytes: u64,
    },
    /// A lock of the segment was not free within the bound.
    LockTimeout {
        /// How long this call waited, in milliseconds.
        waited_ms: u64,
    },
    /// The entry is not of the type the operation needs.
    WrongType {
        /// The tag of the entry that was found.
        found_tag: u8,
    },
    /// The segment's memory contradicts itself; the text says where.
    Corrupt(&'static str),
    /// The seed of a segment belongs to another owner.
    Owned,
    /// The segment was made with another size or number of readers than this process asks for.
    Differs {
        /// Bytes and readers of the segment.
        made_with: (u64, u64),
        /// Bytes and readers asked for.
        asked_for: (u64, u64),
    },
    /// The configuration asks for something impossible.
    Config(String),
    /// A system call failed.
    Os {
        /// The call.
        call: &'static str,
        /// Its `errno`.
        errno: i32,
    },
}

impl Error {
    /// The error of the system call that just failed.
    pub(crate) fn os(call: &'static str) -> Self {
        let errno = std::io::Error::last_os_error().raw_os_error().unwrap_or(0);
        Self::Os { call, errno }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoMemory { needed, free, largest } => {
                write!(f, "no memory for {needed} bytes: {free} bytes free, largest block {largest} bytes")
            }
            Self::Reserved { waited_ms } => {
                write!(f, "the key is reserved by another holder (waited {waited_ms} ms)")
            }
            Self::TooManyReservations { bytes } => {
                write!(f, "too many reservations: they take {bytes} bytes, an eighth of the memory")
            }
            Self::LockTimeout { waited_ms } => {
                write!(f, "a lock was not free within {waited_ms} ms")
            }
            Self::WrongType { found_tag } => {
                write!(f, "the entry has another type (tag {found_tag})")
            }
            Self::Corrupt(what) => write!(f, "the segment is corrupt: {what}"),
            Self::Owned => write!(f, "the segment belongs to another owner"),
            Self::Differs { made_with, asked_for } => write!(
                f,
                "the segment was made with {} bytes and {} readers, {} bytes and {} readers are asked for",
                made_with.0, made_with.1, asked_for.0, asked_for.1
            ),
            Self::Config(what) => write!(f, "{what}"),
            Self::Os { call, errno } => {
                write!(f, "{call}: {}", std::io::Error::from_raw_os_error(*errno))
            }
        }
    }
}

impl std::error::Error for Error {}
