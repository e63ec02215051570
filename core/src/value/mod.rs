//! Values for programs that have no format of their own: anything serde can handle, as MessagePack.
//!
//! This is the portable encoding of Rust users and of snapshots. It copies on the way in and out; who wants to
//! read in place works with payloads.

use std::time::Duration;

use serde::{Serialize, de::DeserializeOwned};

use crate::{Mode, Session, Space, Stored};

/// Tag of entries that were stored by this module.
pub const TAG: u8 = 0xFE;

/// Why a value could not be stored or read.
#[derive(Debug)]
#[non_exhaustive]
pub enum ValueError {
    /// The segment refused.
    Segment(crate::Error),
    /// The value cannot be encoded.
    Encode(rmp_serde::encode::Error),
    /// The entry does not hold such a value.
    Decode(rmp_serde::decode::Error),
    /// The entry was not stored by this module.
    ForeignTag(u8),
}

impl std::fmt::Display for ValueError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Segment(error) => error.fmt(f),
            Self::Encode(error) => write!(f, "the value cannot be encoded: {error}"),
            Self::Decode(error) => write!(f, "the entry holds another type: {error}"),
            Self::ForeignTag(tag) => {
                write!(f, "the entry was stored in another format (tag {tag})")
            }
        }
    }
}

impl std::error::Error for ValueError {}

impl From<crate::Error> for ValueError {
    fn from(error: crate::Error) -> Self {
        Self::Segment(error)
    }
}

/// Stores `value` under `key`.
///
/// # Errors
/// [`ValueError::Encode`], or what [`Session::prepare`] and [`Session::commit`] say.
pub fn put<T: Serialize>(
    session: &mut Session,
    key: &[u8],
    value: &T,
    ttl: Option<Duration>,
) -> Result<Stored, ValueError> {
    let bytes = rmp_serde::to_vec_named(value).map_err(ValueError::Encode)?;
    let mut draft = session.prepare(Space::Key, key, TAG, 0, bytes.len(), ttl)?;
    draft.payload_mut().copy_from_slice(&bytes);
    Ok(session.commit(draft, Mode::Put)?)
}

/// Reads the value of `key`; `None` when there is no entry.
///
/// # Errors
/// [`ValueError::Decode`] when the entry is of another type, [`ValueError::ForeignTag`] when it was stored in
/// another way.
pub fn get<T: DeserializeOwned>(session: &mut Session, key: &[u8]) -> Result<Option<T>, ValueError> {
    let Some(hit) = session.fetch(Space::Key, key) else {
        return Ok(None);
    };
    let (Some(tag), Some(bytes)) = (session.tag(&hit), session.payload(&hit)) else {
        return Ok(None);
    };
    if tag != TAG {
        return Err(ValueError::ForeignTag(tag));
    }
    rmp_serde::from_slice(bytes).map(Some).map_err(ValueError::Decode)
}
