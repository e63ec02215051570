//! What may happen to a segment whose memory is damaged: an error or a repair. Never a panic, an endless loop or an
//! access outside of the segment.
//!
//! Both functions take whatever bytes a fuzzer comes up with; `README.md` says how they are run.

mod exercise;
mod image;
mod mutate;

use std::sync::Arc;
use std::time::Duration;

use static_cache_core::{AddressRange, Error, Segment, Session};

use image::Image;

/// Long enough for a lock that is free, short enough for one whose word says that somebody has it.
const LOCK_TIMEOUT: Duration = Duration::from_micros(100);

/// A file of arbitrary bytes or length, or a real one whose header is damaged, is attached to.
///
/// First byte: whether the rest is the file, or pairs (place, value) for the header of a real one.
pub fn attach(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    let image = Image::get(usize::from(kind));
    let bytes = match kind >> 6 {
        0 => rest.to_vec(),
        1 => mutate::resized(&image.bytes, rest),
        _ => mutate::header(&image.bytes, rest),
    };
    if let Ok(segment) = attach_to(image, &bytes) {
        exercise::everything(&segment, kind);
        exercise::repaired(&segment);
    }
}

/// A real segment is damaged anywhere, attached to, used, repaired and used again.
///
/// First byte: which segment, and the order of what is done. Then the damage, see [`mutate::anywhere`].
pub fn recover(data: &[u8]) {
    let Some((&kind, rest)) = data.split_first() else { return };
    let image = Image::get(usize::from(kind));
    let mut bytes = image.bytes.clone();
    mutate::anywhere(image, &mut bytes, rest);
    let Ok(segment) = attach_to(image, &bytes) else { return };
    if kind & 0x10 != 0 {
        exercise::repaired(&segment);
    }
    exercise::everything(&segment, kind);
    exercise::repaired(&segment);
}

fn attach_to(image: &Image, bytes: &[u8]) -> Result<Arc<Segment>, Error> {
    let file = image::file_of(bytes);
    let range = AddressRange::reserve_at(image::BASE, image.bytes.len() + image::SPARE)?;
    let segment = Segment::attach(&image.config, file, range)?;
    segment.set_lock_timeout(LOCK_TIMEOUT);
    segment.allow_moving(|_, _, _, _, _| true);
    Ok(segment)
}

/// A session of its own, which is gone when `work` is done.
fn with_session<T>(segment: &Arc<Segment>, work: impl FnOnce(&mut Session) -> T) -> T {
    work(&mut Session::new(Arc::clone(segment)))
}
