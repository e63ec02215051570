//! From a fuzzer's bytes to damage.

use crate::image::Image;

/// A real file that is longer or shorter: the first two bytes say by how much.
pub(crate) fn resized(image: &[u8], data: &[u8]) -> Vec<u8> {
    let by = data.first_chunk().map_or(0, |word| i64::from(i16::from_le_bytes(*word)));
    let mut bytes = image.to_vec();
    bytes.resize((image.len() as i64 + by * 16).max(0) as usize, 0);
    bytes
}

/// A real file whose header has other bytes: three bytes each, place and what to xor.
pub(crate) fn header(image: &[u8], data: &[u8]) -> Vec<u8> {
    let mut bytes = image.to_vec();
    for change in data.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([change[0], change[1]])) % 1280;
        bytes[at] ^= change[2];
    }
    bytes
}

/// Eight bytes each: what to do, where (a region, any block's header, any block's entry), how far in, a value.
pub(crate) fn anywhere(image: &Image, bytes: &mut [u8], data: &[u8]) {
    for change in data.chunks_exact(8).take(32) {
        let (what, place) = (change[0], usize::from(change[1]));
        let far = usize::from(u16::from_le_bytes([change[2], change[3]]));
        let value = u32::from_le_bytes([change[4], change[5], change[6], change[7]]);
        let regions = image.regions.len();
        let block = image.blocks[far % image.blocks.len()];
        let at = match place % (regions + 4) {
            at if at < regions => {
                let range = &image.regions[at].1;
                range.start + far % range.len()
            }
            // Both words of a block's header, all of an entry's, and all of a free block's links.
            at if at < regions + 2 => block + usize::from(what >> 3) % 4 * 8,
            _ => block + 16 + usize::from(what >> 3) % 12 * 8,
        };
        change_at(image, bytes, at, what & 7, value);
    }
}

fn change_at(image: &Image, bytes: &mut [u8], at: usize, what: u8, value: u32) {
    if what == 0 {
        if let Some(byte) = bytes.get_mut(at) {
            *byte ^= value as u8;
        }
        return;
    }
    let at = at & !7;
    let Some(place) = bytes.get_mut(at..at + 8) else { return };
    let old =
        u64::from_le_bytes([place[0], place[1], place[2], place[3], place[4], place[5], place[6], place[7]]);
    let block = image.blocks[value as usize % image.blocks.len()] as u64;
    let new = match what {
        1 => 0,
        2 => u64::MAX - u64::from(value & 0xFF),
        3 => block,
        4 => block + u64::from(value >> 16 & 0xFF),
        // A link with the bits of a hash that it had.
        5 => old >> 48 << 48 | block,
        6 => old & !0xFFFF_FFFF | u64::from(value),
        _ => old ^ u64::from(value) << (value & 31),
    };
    place.copy_from_slice(&new.to_le_bytes());
}
