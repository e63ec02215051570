//! Keyed hashing: who does not know the seeds of a partition cannot aim at one bucket.

use std::ffi::CStr;
use std::hash::{BuildHasher, Hasher};

use crate::entry::Space;

/// The class in a key of [`Space::Class`]: what stands before the first NUL.
pub(crate) fn class_of(key: &[u8]) -> &[u8] {
    CStr::from_bytes_until_nul(key).map_or(key, CStr::to_bytes)
}

/// Hashes keys under the seeds of one segment.
#[derive(Debug, Clone)]
pub(crate) struct KeyHasher(ahash::RandomState);

impl KeyHasher {
    pub(crate) fn new(seeds: [u64; 4]) -> Self {
        Self(ahash::RandomState::with_seeds(seeds[0], seeds[1], seeds[2], seeds[3]))
    }

    /// The hash of `key`.
    #[inline(always)]
    pub(crate) fn hash(&self, key: &[u8]) -> u64 {
        let mut hasher = self.0.build_hasher();
        hasher.write(key);
        hasher.finish()
    }

    /// The hash of `key` in a space. All that belongs to one class has one hash, so that it is found together.
    #[inline(always)]
    pub(crate) fn hash_in(&self, space: Space, key: &[u8]) -> u64 {
        match space {
            Space::Key => self.hash(key),
            Space::Class => self.hash(class_of(key)),
        }
    }

    /// A value that two builds share only if they hash alike.
    pub(crate) fn probe(&self) -> u64 {
        self.hash(b"static-cache: the same key must hash alike in every process")
    }
}

/// Seeds from the kernel's random numbers.
pub(crate) fn random_seeds() -> Result<[u64; 4], crate::error::Error> {
    let mut seeds = [0u64; 4];
    // SAFETY: the buffer is 32 writable bytes.
    let got = unsafe { libc::getrandom(seeds.as_mut_ptr().cast(), size_of_val(&seeds), 0) };
    if got == size_of_val(&seeds) as isize { Ok(seeds) } else { Err(crate::error::Error::os("getrandom")) }
}
