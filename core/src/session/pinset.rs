//! Which entries this request has pinned already: a small set of offsets that costs nothing to empty.

/// Offsets (never 0) in open addressing; grows with use.
#[derive(Debug)]
pub(super) struct PinSet {
    places: Vec<u64>,
    used: usize,
}

const FIRST: usize = 64;
/// A set that one long request made this large is given back rather than emptied.
const KEEP: usize = 4096;

impl PinSet {
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), used: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.used == 0
    }

    pub(super) fn clear(&mut self) {
        if self.used != 0 {
            if self.places.len() > KEEP {
                self.places = Vec::new();
            } else {
                self.places.fill(0);
            }
            self.used = 0;
        }
    }

    /// All of them, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.places.iter().copied().filter(|offset| *offset != 0)
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// False when it was in the set before.
    #[inline]
    pub(super) fn insert(&mut self, offset: u64) -> bool {
        if self.used * 2 >= self.places.len() {
            self.grow();
        }
        let mask = self.places.len() - 1;
        let mut at = place(offset, mask);
        loop {
            match self.places[at] {
                0 => break,
                found if found == offset => return false,
                _ => at = (at + 1) & mask,
            }
        }
        self.places[at] = offset;
        self.used += 1;
        true
    }

    #[cold]
    fn grow(&mut self) {
        let old = std::mem::take(&mut self.places);
        self.places = vec![0; (old.len() * 2).max(FIRST)];
        let mask = self.places.len() - 1;
        for offset in old.into_iter().filter(|offset| *offset != 0) {
            let mut at = place(offset, mask);
            while self.places[at] != 0 {
                at = (at + 1) & mask;
            }
            self.places[at] = offset;
        }
    }
}

#[inline]
fn place(offset: u64, mask: usize) -> usize {
    ((offset >> 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & mask
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn remembers_until_cleared() {
        let mut set = PinSet::new();
        for round in 0..3 {
            assert!(set.is_empty(), "round {round}");
            for offset in 1..5000u64 {
                assert!(set.insert(offset * 16));
            }
            for offset in 1..5000u64 {
                assert!(!set.insert(offset * 16));
            }
            set.clear();
        }
    }
}
