//! The keys that a session has reserved.

use std::collections::BTreeMap;

use crate::fault::step;

/// A reservation of this session.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) key: Box<[u8]>,
    /// At the request's end the lease stays and the holder goes; without one the reservation ends.
    pub(super) leased: bool,
}

impl Held {
    fn is_of(&self, key: &[u8]) -> bool {
        step!("held: one compared");
        *self.key == *key
    }
}

/// All of them by the hashes of their keys: a request may hold tens of thousands, and whatever it writes asks for its key.
#[derive(Debug, Default)]
pub(super) struct Reservations(BTreeMap<u64, Vec<Held>>);

impl Reservations {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[inline(never)]
    pub(super) fn insert(&mut self, hash: u64, key: &[u8], leased: bool) {
        let same = self.0.entry(hash).or_default();
        match same.iter_mut().find(|held| held.is_of(key)) {
            Some(held) => held.leased = leased,
            None => same.push(Held { key: key.into(), leased }),
        }
    }

    #[cold]
    pub(super) fn remove(&mut self, hash: u64, key: &[u8]) {
        if let Some(same) = self.0.get_mut(&hash) {
            same.retain(|held| !held.is_of(key));
            if same.is_empty() {
                self.0.remove(&hash);
            }
        }
    }

    /// A copy of the key, if it is one of them.
    #[cold]
    pub(super) fn copy_of(&self, hash: u64, key: &[u8]) -> Option<Box<[u8]>> {
        self.0.get(&hash)?.iter().find(|held| held.is_of(key)).map(|held| held.key.clone())
    }

    pub(super) fn clear(&mut self) {
        self.0.clear();
    }

    /// All of them, with their hashes.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (u64, Held)> + use<> {
        let all = std::mem::take(&mut self.0);
        all.into_iter().flat_map(|(hash, same)| same.into_iter().map(move |held| (hash, held)))
    }
}
