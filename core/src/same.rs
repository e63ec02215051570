//! Comparing keys. Most are short, and a call of the C library takes longer than their comparison.

use std::sync::atomic::{AtomicU64, Ordering};

/// Whether two keys are the same; `None` if they are longer than 64 bytes. Calls nothing: two comparisons, which overlap.
#[inline(always)]
#[must_use]
pub fn is_same_short(one: &[u8], other: &[u8]) -> Option<bool> {
    if one.len() != other.len() {
        return Some(false);
    }
    let len = one.len();
    // The most frequent lengths first.
    Some(if len >= 16 {
        match len {
            16..=32 => ends_are::<16>(one, other),
            33..=64 => ends_are::<32>(one, other),
            _ => return None,
        }
    } else if len >= 8 {
        ends_are::<8>(one, other)
    } else if len >= 4 {
        ends_are::<4>(one, other)
    } else if len >= 2 {
        ends_are::<2>(one, other)
    } else {
        one.first() == other.first()
    })
}

/// Whether two keys are the same.
#[inline]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    is_same_short(one, other).unwrap_or_else(|| one == other)
}

/// Whether two keys of the same length, from `SIZE` to twice that, are the same.
#[inline(always)]
fn ends_are<const SIZE: usize>(one: &[u8], other: &[u8]) -> bool {
    one.first_chunk::<SIZE>() == other.first_chunk() && one.last_chunk::<SIZE>() == other.last_chunk()
}

/// Bytes that are read at a time where somebody may be writing.
pub(crate) const WORD: usize = size_of::<u64>();

/// Whether a key is what lies in as many words as it needs.
#[inline(always)]
pub(crate) fn are_words_of(words: &[AtomicU64], key: &[u8]) -> bool {
    let (whole, rest) = key.as_chunks::<WORD>();
    let is_at =
        |at: usize, word: u64, bits: u64| (words[at].load(Ordering::Relaxed).to_le() ^ word) & bits == 0;
    if !whole.iter().enumerate().all(|(at, bytes)| is_at(at, u64::from_le_bytes(*bytes), u64::MAX)) {
        return false;
    }
    if rest.is_empty() {
        return true;
    }
    let unused = 8 * (WORD - rest.len()) as u32;
    let last = match key.last_chunk::<WORD>() {
        Some(end) => u64::from_le_bytes(*end) >> unused,
        None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
    };
    is_at(whole.len(), last, u64::MAX >> unused)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words_of(bytes: &[u8]) -> Vec<AtomicU64> {
        let word = |chunk: &[u8]| {
            let mut word = [0xEE; WORD];
            word[..chunk.len()].copy_from_slice(chunk);
            AtomicU64::new(u64::from_ne_bytes(word))
        };
        bytes.chunks(WORD).map(word).collect()
    }

    #[test]
    fn words_are_those_of_the_very_key_whichever_byte_differs() {
        for len in 1..100 {
            let one: Vec<u8> = (0..len).map(|at| at as u8).collect();
            assert!(are_words_of(&words_of(&one), &one), "{len} bytes");
            for at in 0..len {
                let mut other = one.clone();
                other[at] ^= 1;
                assert!(!are_words_of(&words_of(&one), &other), "{len} bytes, byte {at}");
            }
        }
    }

    #[test]
    fn says_the_same_as_the_language_whichever_byte_differs() {
        for len in 0..200 {
            let one: Vec<u8> = (0..len).map(|at| at as u8).collect();
            assert!(is_same(&one, &one.clone()));
            assert_eq!(is_same_short(&one, &one.clone()), (len <= 64).then_some(true));
            assert!(!is_same(&one, &[one.as_slice(), b"x"].concat()));
            for at in 0..len {
                let mut other = one.clone();
                other[at] ^= 1;
                assert!(!is_same(&one, &other), "{len} bytes, byte {at}");
            }
        }
    }
}
