//! From a payload to a PHP value.

mod template;

pub(crate) use crate::objects::resolve::Unusable;
use crate::payload::*;
use crate::zend::constants as c;
use crate::zend::live::Slot;
use ext_php_rs::ffi::zval;

/// The type word of a zval that holds a payload of this tag as it lies in the segment, or the value itself; `None` if a fetch
/// has to build something. Such a zval may be copied without counting, for as long as the entry is pinned.
pub(crate) fn is_direct(tag: u8) -> Option<u32> {
    match tag {
        TAG_NULL => Some(c::IS_NULL),
        TAG_FALSE => Some(c::IS_FALSE),
        TAG_TRUE => Some(c::IS_TRUE),
        TAG_INT => Some(c::IS_LONG),
        TAG_FLOAT => Some(c::IS_DOUBLE),
        TAG_STRING => Some(c::IS_INTERNED_STRING_EX),
        TAG_ARRAY => Some(c::IS_ARRAY),
        _ => None,
    }
}

/// Makes `out` the stored value, or says why not; then `out` is as it was.
///
/// A template allocates in the request's memory, which may end the request by a jump over the caller's frames (memory
/// limit). Then nothing was written to `out`, and what was built is lost to nobody: it dies with the request's memory.
/// One with objects runs user code as well, and so may any that is on a cycle: the collector is told of it, and calls destructors.
///
/// # Safety
/// `payload_address` is where the payload of such a tag lies in the read-only view, and it stays there for as long as PHP
/// may hold the value. `out` may be overwritten without being destroyed. No Rust value of the caller's needs dropping, and
/// no reference to the thread's state lives.
#[inline(always)]
pub(crate) unsafe fn decode(
    tag: u8,
    bits: u64,
    payload_address: usize,
    out: *mut zval,
) -> Result<(), Unusable> {
    let Some(info) = is_direct(tag) else {
        // SAFETY: the caller's word.
        return unsafe { template::rebuild(payload_address, out) };
    };
    let value = if tag >= TAG_STRING { payload_address as u64 } else { bits };
    // SAFETY: the caller's word. The word after the type belongs to whoever owns the slot and stays.
    unsafe {
        let out = out.cast::<Slot>();
        (&raw mut (*out).value).write(value);
        (&raw mut (*out).info).write(info);
    }
    Ok(())
}
