//! The functions in namespace `OPcache`.
//!
//! Each is written once for both backends. A handler reads its arguments, does its work with no lock, draft or
//! guard alive across a call into the engine that can run user code or leave by a jump, and writes its result.
//!
//! | module | what is in it |
//! |---|---|
//! | [`table`] | all functions: names, parameters, types, defaults; what their handlers have in common |
//! | [`args`], [`element`] | arguments, and the elements of those that are arrays |
//! | [`fetch`], [`fetch_array`] | `*_fetch`, `*_exists`, `*_fetch_array` |
//! | [`store`], [`mod@array`], [`demand`] | `*_store`, `*_add`, `*_store_array` and whether what it is given fits; `*_delete_array` |
//! | [`remember`], [`reserve`] | `*_remember`, `*_lock`, `*_unlock` |
//! | [`atomic`] | counters, `volatile_touch` |
//! | [`remove`] | `*_delete`, `*_clear`, `*_delete_prefix`, `static_quiesce` |
//! | [`keys`] | `*_keys`, `*_cache_info` |

pub(crate) mod args;
mod array;
mod atomic;
mod demand;
mod element;
mod fetch;
mod fetch_array;
pub(crate) mod keys;
mod remember;
mod remove;
mod reserve;
mod store;
pub(crate) mod table;
