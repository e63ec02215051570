//! The keys that a session has reserved.

use std::collections::BTreeMap;

use crate::fault::step;

/// One reservation of a session: what it reserves after that has ended is another one, also of the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reservation(u64);

/// A reservation of this session.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) key: Box<[u8]>,
    which: Reservation,
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
pub(super) struct Reservations {
    by_hash: BTreeMap<u64, Vec<Held>>,
    /// How many were made.
    made: u64,
}

impl Reservations {
    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }

    /// One that was just made. Where there is another of that key, somebody has ended it.
    #[inline(never)]
    pub(super) fn insert(&mut self, hash: u64, key: &[u8], leased: bool) {
        self.made += 1;
        let which = Reservation(self.made);
        let same = self.by_hash.entry(hash).or_default();
        match same.iter_mut().find(|held| held.is_of(key)) {
            Some(held) => (held.which, held.leased) = (which, leased),
            None => same.push(Held { key: key.into(), which, leased }),
        }
    }

    /// One that there was before has, or has not, a lease now.
    pub(super) fn lease(&mut self, hash: u64, key: &[u8], leased: bool) {
        let same = self.by_hash.get_mut(&hash);
        if let Some(held) = same.and_then(|same| same.iter_mut().find(|held| held.is_of(key))) {
            held.leased = leased;
        }
    }

    /// Which one it is, whether or not somebody has ended it.
    pub(super) fn of(&self, hash: u64, key: &[u8]) -> Option<Reservation> {
        Some(self.by_hash.get(&hash)?.iter().find(|held| held.is_of(key))?.which)
    }

    #[cold]
    pub(super) fn remove(&mut self, hash: u64, key: &[u8]) {
        if let Some(same) = self.by_hash.get_mut(&hash) {
            same.retain(|held| !held.is_of(key));
            if same.is_empty() {
                self.by_hash.remove(&hash);
            }
        }
    }

    /// A copy of the key, if it is one of them.
    #[cold]
    pub(super) fn copy_of(&self, hash: u64, key: &[u8]) -> Option<Box<[u8]>> {
        self.by_hash.get(&hash)?.iter().find(|held| held.is_of(key)).map(|held| held.key.clone())
    }

    pub(super) fn clear(&mut self) {
        self.by_hash.clear();
    }

    /// All of them, with their hashes.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (u64, Held)> + use<> {
        let all = std::mem::take(&mut self.by_hash);
        all.into_iter().flat_map(|(hash, same)| same.into_iter().map(move |held| (hash, held)))
    }
}
