//! The engine's string hash, several bytes at a time.
//!
//! A payload's strings need their hashes, and a long string that was just made (a page, a document) has none yet; at one
//! byte after the other computing it costs ten times what copying the string costs. The hash is a polynomial in 33, so it
//! can be taken apart: eight bytes give one partial sum, and sixteen such sums are independent of each other, which the
//! compiler turns into vector instructions.
//!
//! The engine's own function stays the authority: [`is_trusted`] compares with it once and this one is not used if they
//! differ (other processors take bytes as unsigned, other versions may hash differently).

use std::sync::OnceLock;

/// Shorter strings are left to the engine.
pub(super) const SHORTEST: usize = 96;

const WORDS: usize = 16;
const BLOCK: usize = WORDS * 8;

/// 33 to the power of `exponent`.
const fn power(exponent: u32) -> u64 {
    33u64.wrapping_pow(exponent)
}

const POWERS: [u64; WORDS] = {
    let mut powers = [0; WORDS];
    let mut word = 0;
    while word < WORDS {
        powers[word] = power(8 * (WORDS - 1 - word) as u32);
        word += 1;
    }
    powers
};

/// What the bytes' bias adds up to in eight of them. The engine takes bytes as signed; flipping the highest bit makes them
/// unsigned and larger by 128.
const BIAS: u64 = {
    let mut sum = 0u64;
    let mut exponent = 0;
    while exponent < 8 {
        sum = sum.wrapping_add(power(exponent).wrapping_mul(128));
        exponent += 1;
    }
    sum
};

/// The sum of eight bytes times descending powers of 33: pairs, pairs of pairs, and both halves, in the lanes of one word.
#[inline(always)]
fn eight(word: u64) -> u64 {
    let bytes = word ^ 0x8080_8080_8080_8080;
    let pairs = (bytes & 0x00ff_00ff_00ff_00ff) * 33 + ((bytes >> 8) & 0x00ff_00ff_00ff_00ff);
    let fours = (pairs & 0x0000_ffff_0000_ffff) * 1089 + ((pairs >> 16) & 0x0000_ffff_0000_ffff);
    (fours & 0xffff_ffff) * power(4) + (fours >> 32)
}

/// The hash of these bytes, if [`is_trusted`].
pub(super) fn hash(bytes: &[u8]) -> u64 {
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        // SAFETY: the processor has what the function needs.
        return unsafe { hash_wide(bytes) };
    }
    hash_any(bytes)
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn hash_wide(bytes: &[u8]) -> u64 {
    hash_any(bytes)
}

#[inline(always)]
fn hash_any(bytes: &[u8]) -> u64 {
    let mut hash = 5381u64;
    let (blocks, rest) = bytes.as_chunks::<BLOCK>();
    for block in blocks {
        let (words, _) = block.as_chunks::<8>();
        let mut sums = [0; WORDS];
        for (sum, word) in sums.iter_mut().zip(words) {
            *sum = eight(u64::from_le_bytes(*word)).wrapping_sub(BIAS);
        }
        hash = hash.wrapping_mul(power(BLOCK as u32));
        for (sum, factor) in sums.iter().zip(POWERS) {
            hash = hash.wrapping_add(sum.wrapping_mul(factor));
        }
    }
    let (words, rest) = rest.as_chunks::<8>();
    for word in words {
        let sum = eight(u64::from_le_bytes(*word)).wrapping_sub(BIAS);
        hash = hash.wrapping_mul(power(8)).wrapping_add(sum);
    }
    for &byte in rest {
        hash = hash.wrapping_mul(33).wrapping_add(byte as i8 as u64);
    }
    // Zero means "not computed".
    hash | 1 << 63
}

/// Whether the engine hashes as [`hash`] does.
pub(super) fn is_trusted() -> bool {
    static TRUSTED: OnceLock<bool> = OnceLock::new();
    *TRUSTED.get_or_init(|| {
        let bytes: Vec<u8> =
            (0..1021u32).map(|number| (number.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        (0..=bytes.len()).step_by(17).all(|len| {
            // SAFETY: a function of the engine's that only reads so many bytes.
            let authority = unsafe { super::zend_hash_func(bytes.as_ptr().cast(), len) };
            hash(&bytes[..len]) == authority
        })
    })
}
