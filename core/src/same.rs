//! Comparing keys. Most are short, and a call of the C library takes longer than their comparison.

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

#[cfg(test)]
mod tests {
    use super::*;

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
