//! Values for programs that have no format of their own: anything serde can handle, as MessagePack.
//!
//! This is the portable encoding of Rust users and of snapshots. It copies on the way in and out; who wants to
//! read in place works with payloads.
//!
//! MessagePack has one nil: `Some(None)` and `Some(())` come back as `None`.
//!
//! What is read may be damaged, or anybody's who can write to the segment: it leads to an error. Not more than 100 containers (lists,
//! maps, structs, variants) may be nested in each other.

mod bounds;

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
    /// The value cannot be stored, since it could not be read; or the entry is damaged. Says why.
    Malformed(String),
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
            Self::Malformed(why) => write!(f, "the value cannot be read: {why}"),
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
/// [`ValueError::Encode`]; [`ValueError::Malformed`] when more than 100 containers are nested; or what
/// [`Session::prepare`] and [`Session::commit`] say.
pub fn put<T: Serialize>(
    session: &mut Session,
    key: &[u8],
    value: &T,
    ttl: Option<Duration>,
) -> Result<Stored, ValueError> {
    let bytes = rmp_serde::to_vec_named(value).map_err(ValueError::Encode)?;
    check(&bytes)?;
    let mut draft = session.prepare(Space::Key, key, TAG, 0, bytes.len(), ttl)?;
    draft.payload_mut().copy_from_slice(&bytes);
    Ok(session.commit(draft, Mode::Put)?)
}

/// Reads the value of `key`; `None` when there is no entry.
///
/// # Errors
/// [`ValueError::Decode`] when the entry is of another type, [`ValueError::ForeignTag`] when it was stored in
/// another way, [`ValueError::Malformed`] when it is damaged.
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
    // First: the decoder calls itself for each variant, however many are nested.
    check(bytes)?;
    let mut decoder = rmp_serde::Deserializer::from_read_ref(bytes);
    // Its own count, which leaves variants out, ends at 0.
    decoder.set_max_depth(bounds::DEEPEST + 1);
    T::deserialize(&mut decoder).map(Some).map_err(ValueError::Decode)
}

fn check(bytes: &[u8]) -> Result<(), ValueError> {
    bounds::check(bytes).map_err(|why| ValueError::Malformed(why.to_string()))
}
